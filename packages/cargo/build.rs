// SPDX-License-Identifier: MIT OR Apache-2.0

//! Links the allocator's object: one of objects/, or with GENALLOC_FLAGS the one that
//! genalloc makes from these flags.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The functions whose symbols are renamed, so that a program can have its own alloc.
const NAMES: [&str; 3] = ["alloc", "alloc_zeroed", "dealloc"];

fn main() {
    println!("cargo:rerun-if-env-changed=GENALLOC_FLAGS");
    println!("cargo:rerun-if-env-changed=GENALLOC");
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        return; // the host has an allocator
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    match env::var("GENALLOC_FLAGS") {
        Ok(flags) => generate(&flags, &out),
        Err(_) => copy(&out),
    }
    let binding = fs::read_to_string(out.join("libgenalloc.rs")).unwrap();
    fs::write(out.join("genalloc.rs"), included(&binding)).unwrap();
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static=genalloc");
}

/// Copies the object of a feature.
fn copy(out: &Path) {
    let strategy = ["lists", "stack"]
        .into_iter()
        .find(|name| env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some());
    let dir = Path::new("objects").join(strategy.unwrap_or("bump"));
    println!("cargo:rerun-if-changed={}", dir.display());
    for name in ["libgenalloc.a", "libgenalloc.rs"] {
        fs::copy(dir.join(name), out.join(name)).unwrap();
    }
}

/// Has genalloc make an object.
fn generate(flags: &str, out: &Path) {
    let command = env::var("GENALLOC").unwrap_or_else(|_| "genalloc".into());
    // What is left out cannot be renamed.
    let names = if flags.contains("--functions") { &[][..] } else { &NAMES[..] };
    let status = Command::new(&command)
        .args(["-q", "--bindings", "rust"])
        .args(names.iter().map(|name| format!("--export={name}=genalloc_{name}")))
        .args(flags.split_whitespace())
        .arg("-o")
        .arg(out.join("libgenalloc.a"))
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => fail(&format!("GENALLOC_FLAGS={flags}: {command} says above what is wrong")),
        Err(e) => fail(&format!(
            "GENALLOC_FLAGS is set, and {command} does not run: {e}: put genalloc on PATH, or its path into GENALLOC"
        )),
    }
}

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}

/// What include! takes of a binding. The program says which allocator is the global one.
fn included(binding: &str) -> String {
    let out = |line: &&str| !line.starts_with("//!") && !line.starts_with("#![") && *line != "#[global_allocator]";
    binding.lines().filter(out).map(|line| format!("{line}\n")).collect()
}
