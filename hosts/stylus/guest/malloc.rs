// SPDX-License-Identifier: MIT OR Apache-2.0

// libc's malloc as the global allocator, to compare with.

use core::alloc::{GlobalAlloc, Layout};

extern "C" {
    fn aligned_alloc(align: usize, size: usize) -> *mut u8;
    fn free(ptr: *mut u8);
    fn malloc(size: usize) -> *mut u8;
    fn realloc(ptr: *mut u8, size: usize) -> *mut u8;
}

#[link(wasm_import_module = "vm_hooks")]
extern "C" {
    fn pay_for_memory_grow(pages: u32);
}

// The chain wants the import in a contract whose memory grows. A linker keeps it for a
// function that calls it.
#[no_mangle]
pub unsafe extern "C" fn keep() {
    pay_for_memory_grow(0)
}

struct Malloc;

#[global_allocator]
static GLOBAL: Malloc = Malloc;

const ALIGN: usize = 16;

unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGN {
            return aligned_alloc(layout.align(), layout.size());
        }
        malloc(layout.size())
    }
    unsafe fn dealloc(&self, ptr: *mut u8, _: Layout) {
        free(ptr)
    }
    unsafe fn realloc(&self, ptr: *mut u8, _: Layout, size: usize) -> *mut u8 {
        realloc(ptr, size) // no block here has a larger alignment
    }
}
