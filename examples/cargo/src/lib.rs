// SPDX-License-Identifier: MIT OR Apache-2.0

// A library with std. Its collections live on the heap of the crate genalloc.
use std::collections::HashMap;

#[global_allocator]
static HEAP: genalloc::Genalloc = genalloc::Genalloc;

/// Counts the words of a text that are different.
#[no_mangle]
pub extern "C" fn words() -> usize {
    let mut count: HashMap<String, usize> = HashMap::new();
    for word in "a rose is a rose is a rose".split(' ') {
        *count.entry(word.to_string()).or_default() += 1;
    }
    count.len()
}

/// Pushes n numbers one by one, in a vector that is dropped, and returns their sum.
#[no_mangle]
pub extern "C" fn pushes(n: u32) -> u32 {
    let mut v = Vec::new();
    (0..n).for_each(|i| v.push(i));
    v.iter().sum()
}
