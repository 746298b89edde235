// SPDX-License-Identifier: MIT OR Apache-2.0

// The allocator's functions, as code that allocates through Rust's global allocator has
// them.
#![no_std]

extern crate alloc;
use alloc::alloc::{alloc, alloc_zeroed, dealloc, Layout};

mod genalloc;

unsafe fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align_unchecked(size, align)
}

#[no_mangle]
pub unsafe extern "C" fn use_alloc(size: usize, align: usize) -> *mut u8 {
    alloc(layout(size, align))
}

#[no_mangle]
pub unsafe extern "C" fn use_alloc_zeroed(size: usize, align: usize) -> *mut u8 {
    alloc_zeroed(layout(size, align))
}

#[no_mangle]
pub unsafe extern "C" fn use_dealloc(ptr: *mut u8, size: usize, align: usize) {
    dealloc(ptr, layout(size, align))
}

#[cfg(not(no_realloc))]
#[no_mangle]
pub unsafe extern "C" fn use_realloc(ptr: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    alloc::alloc::realloc(ptr, layout(old_size, align), new_size)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
