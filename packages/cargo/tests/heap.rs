// SPDX-License-Identifier: MIT OR Apache-2.0

//! Collections on the global allocator. On the host this is the system's.

use std::alloc::{GlobalAlloc, Layout};
use std::collections::BTreeMap;

#[global_allocator]
static HEAP: genalloc::Genalloc = genalloc::Genalloc;

#[test]
fn collections() {
    let map: BTreeMap<u32, String> = (0..1000).map(|i| (i, i.to_string())).collect();
    assert_eq!(map.values().map(String::len).sum::<usize>(), 2890);
}

#[test]
fn blocks() {
    let layout = Layout::from_size_align(100, 64).unwrap();
    unsafe {
        let p = HEAP.alloc_zeroed(layout);
        assert_eq!(p as usize % 64, 0);
        assert!((0..100).all(|i| *p.add(i) == 0));
        p.write(42);
        let q = HEAP.realloc(p, layout, 10_000);
        assert_eq!((q as usize % 64, q.read()), (0, 42));
        HEAP.dealloc(q, Layout::from_size_align(10_000, 64).unwrap());
    }
}
