// SPDX-License-Identifier: MIT OR Apache-2.0

// Passes the allocator's object to the linker, whatever rustflags say, and has Cargo link
// again when it changes. An absolute path, since the linker runs elsewhere.
fn main() {
    let object = concat!(env!("CARGO_MANIFEST_DIR"), "/build/genalloc.o");
    println!("cargo:rustc-link-arg={object}");
    println!("cargo:rerun-if-changed={object}");
}
