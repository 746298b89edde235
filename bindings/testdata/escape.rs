// SPDX-License-Identifier: MIT OR Apache-2.0
#![no_std]

extern crate alloc;

mod genalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn run() -> usize {
    let block = {
        let scope = unsafe { genalloc::Scope::open() };
        scope.put(42usize).unwrap()
    };
    *block
}
