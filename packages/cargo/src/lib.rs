// SPDX-License-Identifier: MIT OR Apache-2.0

//! A WebAssembly allocator that genalloc generated.
//!
//! ```
//! #[global_allocator]
//! static HEAP: genalloc::Genalloc = genalloc::Genalloc;
//!
//! let words: Vec<String> = "a rose is a rose".split(' ').map(String::from).collect();
//! assert_eq!(words.len(), 5);
//! ```
//!
//! Without a feature, nothing is reused: that is for programs that soon end. The feature
//! `lists` reuses every block, `stack` the newest one. Other flags of genalloc stand in
//! the environment as `GENALLOC_FLAGS`, and genalloc then has to be on the `PATH`: with
//! `--strategy lists --inline`, the common paths are compiled into the program.
//!
//! On targets other than wasm32, `Genalloc` is the system's allocator, so that the same
//! program can be tested there.

#![no_std]

#[cfg(target_arch = "wasm32")]
#[allow(dead_code)]
mod heap {
    include!(concat!(env!("OUT_DIR"), "/genalloc.rs"));
}
#[cfg(target_arch = "wasm32")]
pub use heap::*;

#[cfg(not(target_arch = "wasm32"))]
extern crate std;

#[cfg(not(target_arch = "wasm32"))]
mod host {
    use core::alloc::{GlobalAlloc, Layout};
    use std::alloc::System;

    /// The system's allocator, in the place of the one that is generated.
    pub struct Genalloc;

    unsafe impl GlobalAlloc for Genalloc {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            System.alloc(layout)
        }

        unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
            System.dealloc(ptr, layout)
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            System.alloc_zeroed(layout)
        }

        unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
            System.realloc(ptr, layout, new_size)
        }
    }
}
#[cfg(not(target_arch = "wasm32"))]
pub use host::Genalloc;
