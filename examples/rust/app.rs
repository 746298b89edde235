// SPDX-License-Identifier: MIT OR Apache-2.0

// A library without std. Its Vec, String and BTreeMap live on the heap of genalloc.o.
#![no_std]

extern crate alloc;
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

#[path = "build/genalloc.rs"]
mod genalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Pushes 10,000 numbers one by one and returns their sum.
#[no_mangle]
pub extern "C" fn pushes() -> u32 {
    let mut v = Vec::new();
    for i in 0..10_000u32 {
        v.push(i);
    }
    v.iter().sum()
}

/// Joins 1,000 pieces of text and returns the length.
#[no_mangle]
pub extern "C" fn text() -> usize {
    let mut s = String::new();
    for i in 0..1000 {
        s.push_str(&format!("{i},"));
    }
    s.len()
}

/// Returns the number of different words.
#[no_mangle]
pub extern "C" fn words() -> usize {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for word in "a rose is a rose is a rose".split(' ') {
        *count.entry(String::from(word)).or_default() += 1;
    }
    count.len()
}
