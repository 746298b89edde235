// SPDX-License-Identifier: MIT OR Apache-2.0
#![no_std]

extern crate alloc;
use alloc::{boxed::Box, string::String, vec, vec::Vec};

mod genalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn run() -> usize {
    let boxed = Box::new(7usize);
    let mut v: Vec<usize> = Vec::new();
    for i in 0..10 {
        v.push(i);
    }
    let mut s = String::from("abc");
    s.push_str("def");
    let zeroed = vec![0u8; 100];
    v.iter().sum::<usize>() + s.len() + *boxed + zeroed.iter().filter(|b| **b == 0).count()
}
