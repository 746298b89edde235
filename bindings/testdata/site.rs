// SPDX-License-Identifier: MIT OR Apache-2.0

// Each function runs a loop. What one costs beyond empty is what is at the call sites.
#![no_std]

extern crate alloc;
use alloc::alloc::{alloc, dealloc, Layout};
use alloc::{collections::BTreeMap, vec::Vec};
use core::ptr::{addr_of_mut, write_volatile};

mod genalloc;

static mut SINK: *mut u8 = core::ptr::null_mut();

/// Makes the compiler believe that somebody else looks at the address.
fn keep(p: *mut u8) {
    unsafe { write_volatile(addr_of_mut!(SINK), p) }
}

const LAYOUT: Layout = unsafe { Layout::from_size_align_unchecked(16, 8) };

#[no_mangle]
pub extern "C" fn empty(n: usize) {
    for i in 0..n {
        keep(i as *mut u8);
    }
}

#[no_mangle]
pub extern "C" fn allocs(n: usize) {
    for _ in 0..n {
        keep(unsafe { alloc(LAYOUT) });
    }
}

#[no_mangle]
pub extern "C" fn pairs(n: usize) {
    for _ in 0..n {
        unsafe {
            let p = alloc(LAYOUT);
            keep(p);
            *p = 1;
            dealloc(p, LAYOUT);
        }
    }
}

/// Pushes n numbers, and drops the vector.
#[no_mangle]
pub extern "C" fn pushes(n: u32) -> u32 {
    let mut v = Vec::new();
    for i in 0..n {
        v.push(i);
    }
    v.iter().sum()
}

/// Inserts n keys in no order, and drops the map.
#[no_mangle]
pub extern "C" fn inserts(n: u32) -> u32 {
    let mut m = BTreeMap::new();
    for i in 0..n {
        m.insert(i.wrapping_mul(0x9E37_79B1), i);
    }
    m.values().sum()
}

/// Returns how many calls the allocator got.
#[cfg(counted)]
#[no_mangle]
pub extern "C" fn calls() -> u64 {
    let mut counters = genalloc::Counters::default();
    unsafe { genalloc::raw::genalloc_stats(&mut counters) };
    counters.calls
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
