// SPDX-License-Identifier: MIT OR Apache-2.0
#![no_std]

extern crate alloc;

mod genalloc;
use genalloc::{raw, Counters};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn run() -> usize {
    let kept = alloc::vec![1u8; 2000];
    drop(alloc::vec![2u8; 20]);
    let mut c = Counters::default();
    unsafe { raw::genalloc_stats(&mut c) };
    assert!(c.live_bytes == 2000 && c.live_blocks == 1 && kept[1999] == 1);
    c.peak_bytes as usize
}
