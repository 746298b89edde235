// SPDX-License-Identifier: MIT OR Apache-2.0
#![no_std]

extern crate alloc;
use core::alloc::Layout;

mod genalloc;
use genalloc::Scope;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

fn sum(n: usize) -> Option<usize> {
    let scope = unsafe { Scope::open() };
    let squares = scope.put([0usize; 100])?;
    for (i, square) in squares.iter_mut().enumerate() {
        *square = i * i;
    }
    let block = scope.alloc(Layout::from_size_align(n, 64).ok()?)?;
    assert!(block.len() == n && block.as_ptr() as usize % 64 == 0);
    Some(squares.iter().sum())
}

#[no_mangle]
pub extern "C" fn run() -> usize {
    let first = alloc::boxed::Box::new(1u8);
    let mut total = 0;
    for _ in 0..1000 {
        total = sum(30_000).unwrap_or(0);
    }
    let second = alloc::boxed::Box::new(2u8);
    total + (&*second as *const u8 as usize - &*first as *const u8 as usize)
}
