// SPDX-License-Identifier: MIT OR Apache-2.0

// A Stylus contract that pays: its arguments are pairs of words, an account and an amount.
// It adds up what each account gets, changes the balances in storage, and returns them.
#![no_std]

extern crate alloc;
use alloc::{collections::BTreeMap, vec::Vec};

#[cfg(not(malloc))]
mod genalloc;
#[cfg(malloc)]
mod malloc;

#[link(wasm_import_module = "vm_hooks")]
extern "C" {
    fn read_args(to: *mut u8);
    fn write_result(from: *const u8, size: usize);
    fn storage_load_bytes32(key: *const u8, to: *mut u8);
    fn storage_cache_bytes32(key: *const u8, from: *const u8);
    fn storage_flush_cache(clear: u32);
}

type Word = [u8; 32];

fn number(word: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(word.get(16..)?.try_into().ok()?))
}

fn pay(args: &[u8]) -> Option<Vec<u8>> {
    let mut sums: BTreeMap<Word, u128> = BTreeMap::new();
    for pair in args.chunks(64) {
        let account: Word = pair.get(..32)?.try_into().ok()?;
        let sum = sums.entry(account).or_default();
        *sum = sum.checked_add(number(pair.get(32..)?)?)?;
    }
    let mut result = Vec::new();
    for (account, sum) in &sums {
        let mut word: Word = [0; 32];
        unsafe { storage_load_bytes32(account.as_ptr(), word.as_mut_ptr()) };
        let balance = number(&word)?.checked_add(*sum)?;
        word[16..].copy_from_slice(&balance.to_be_bytes());
        unsafe { storage_cache_bytes32(account.as_ptr(), word.as_ptr()) };
        result.extend_from_slice(&word);
    }
    unsafe { storage_flush_cache(0) };
    Some(result)
}

/// The chain calls this. What a call allocates ends with it, all at once.
#[no_mangle]
pub extern "C" fn user_entrypoint(size: usize) -> u32 {
    #[cfg(arena)]
    let _scope = unsafe { genalloc::Scope::open() };
    let mut args: Vec<u8> = Vec::with_capacity(size);
    unsafe {
        read_args(args.as_mut_ptr());
        args.set_len(size);
    }
    match pay(&args) {
        Some(result) => unsafe { write_result(result.as_ptr(), result.len()) },
        None => return 1,
    }
    0
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
