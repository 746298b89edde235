;; SPDX-License-Identifier: MIT OR Apache-2.0
;; A bump allocator that keeps minus the next free address and owns its pages
;; up to the end of the page that address is in.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const -1024))

  (func $alloc (export "alloc") (export "alloc_zeroed")
    (param $size i32) (param $align i32) (result i32)
    (local $at i32) (local $end i32)
    (local.set $at (i32.and (global.get $next) (i32.sub (i32.const 0) (local.get $align))))
    (block $fits
      (br_if $fits
        (i32.gt_u (i32.and (local.get $at) (i32.const 0xffff)) (local.get $size)))
      (if (i32.or
            (i32.lt_u (local.get $at) (local.get $size))
            (i32.eqz (local.get $at)))
        (then (return (i32.const 0))))
      ;; pages below 4 GiB at which the block ends, and at which what is ours ends
      (local.set $end (i32.shr_u (i32.sub (local.get $at) (local.get $size)) (i32.const 16)))
      (br_if $fits (i32.ge_u (local.get $end) (i32.shr_u (global.get $next) (i32.const 16))))
      ;; others' pages follow: go behind them
      (if (i32.ne (i32.add (i32.shr_u (global.get $next) (i32.const 16)) (memory.size)) (i32.const 65536))
        (then
          (local.set $at
            (i32.and
              (i32.shl (i32.sub (i32.const 65536) (memory.size)) (i32.const 16))
              (i32.sub (i32.const 0) (local.get $align))))
          (if (i32.or
                (i32.lt_u (local.get $at) (local.get $size))
                (i32.eqz (local.get $at)))
            (then (return (i32.const 0))))
          (local.set $end (i32.shr_u (i32.sub (local.get $at) (local.get $size)) (i32.const 16)))))
      (if (i32.eq
            (memory.grow (i32.sub (i32.sub (i32.const 65536) (memory.size)) (local.get $end)))
            (i32.const -1))
        (then (return (i32.const 0)))))
    (global.set $next (i32.sub (local.get $at) (local.get $size)))
    (i32.sub (i32.const 0) (local.get $at)))

  (func $dealloc (export "dealloc") (param i32 i32 i32))

  (func $realloc (export "realloc")
    (param $ptr i32) (param $old i32) (param $align i32) (param $new i32) (result i32)
    (local $to i32)
    (if (i32.le_u (local.get $new) (local.get $old))
      (then (return (local.get $ptr))))
    (local.set $to (call $alloc (local.get $new) (local.get $align)))
    (if (local.get $to)
      (then (memory.copy (local.get $to) (local.get $ptr) (local.get $old))))
    (local.get $to)))
