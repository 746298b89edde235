;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --abi=c
;; ERROR "errors" error-number
;;
;; Any alignment is as good as another.
(module
  (memory (export "memory") 1)
  (global $top (mut i64) (i64.const 1024))  ;; end of what is handed out
  (global $own (mut i64) (i64.const 65536)) ;; end of the allocator's memory

  (func $up (param $addr i64) (param $align i64) (result i64)
    (i64.and
      (i64.add (local.get $addr) (i64.sub (local.get $align) (i64.const 1)))
      (i64.sub (i64.const 0) (local.get $align))))

  (func $mem (result i64)
    (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))

  ;; Grows the memory to hold end; 0 if that cannot be.
  (func $grow (param $end i64) (result i32)
    (if (i64.gt_u (local.get $end) (i64.const 0x1_0000_0000)) (then (return (i32.const 0))))
    (if (i32.eq (i32.const -1)
          (memory.grow (i32.wrap_i64
            (i64.shr_u (i64.sub (call $up (local.get $end) (i64.const 65536)) (call $mem)) (i64.const 16)))))
      (then (return (i32.const 0))))
    (global.set $own (call $mem))
    (i32.const 1))

  (func $place (param $size i64) (param $align i64) (result i32)
    (local $ptr i64) (local $end i64)
    (local.set $ptr (call $up (global.get $top) (local.get $align)))
    (local.set $end (i64.add (local.get $ptr) (local.get $size)))
    (if (i64.gt_u (local.get $end) (global.get $own))
      (then
        (if (i64.lt_u (global.get $own) (call $mem))
          (then
            (local.set $ptr (call $up (call $mem) (local.get $align)))
            (local.set $end (i64.add (local.get $ptr) (local.get $size)))))
        ;; An address of 2^32 would be null.
        (if (i64.ge_u (local.get $ptr) (i64.const 0x1_0000_0000)) (then (return (i32.const 0))))
        (if (i32.eqz (call $grow (local.get $end))) (then (return (i32.const 0))))))
    (global.set $top (local.get $end))
    (i32.wrap_i64 (local.get $ptr)))

  (func $alloc (param $size i32) (param $align i32) (result i32)
    (call $place (i64.extend_i32_u (local.get $size)) (i64.extend_i32_u (local.get $align))))

  (func $resize (param $ptr i32) (param $old i32) (param $align i32) (param $new i32) (result i32)
    (local $to i32) (local $end i64)
    (if (i32.le_u (local.get $new) (local.get $old)) (then (return (local.get $ptr))))
    (if (i64.eq (global.get $top)
          (i64.add (i64.extend_i32_u (local.get $ptr)) (i64.extend_i32_u (local.get $old))))
      (then
        (local.set $end (i64.add (i64.extend_i32_u (local.get $ptr)) (i64.extend_i32_u (local.get $new))))
        (if (i64.le_u (local.get $end) (global.get $own))
          (then (global.set $top (local.get $end)) (return (local.get $ptr))))
        (if (i64.eq (global.get $own) (call $mem))
          (then
            (if (i32.eqz (call $grow (local.get $end))) (then (return (i32.const 0))))
            (global.set $top (local.get $end))
            (return (local.get $ptr))))))
    (local.set $to (call $alloc (local.get $new) (local.get $align)))
    (if (local.get $to)
      (then (memory.copy (local.get $to) (local.get $ptr) (local.get $old))))
    (local.get $to))

  ;; 16 bytes before each block, the last four of which hold its size.
  (func $malloc (export "malloc") (param $size i32) (result i32)
    (call $aligned_alloc (i32.const 16) (local.get $size)))

  (func $aligned_alloc (export "aligned_alloc") (param $align i32) (param $size i32) (result i32)
    (local $ptr i32)
    (if (i32.lt_u (local.get $align) (i32.const 16)) (then (local.set $align (i32.const 16))))
    (local.set $ptr (call $place
      (i64.add (i64.extend_i32_u (local.get $size)) (i64.extend_i32_u (local.get $align)))
      (i64.extend_i32_u (local.get $align))))
    (if (i32.eqz (local.get $ptr)) (then (return (i32.const 0))))
    (local.set $ptr (i32.add (local.get $ptr) (local.get $align)))
    (i32.store (i32.sub (local.get $ptr) (i32.const 4)) (local.get $size))
    (local.get $ptr))

  (func (export "posix_memalign") (param $out i32) (param $align i32) (param $size i32) (result i32)
    (local $ptr i32)
    (local.set $ptr (call $aligned_alloc (local.get $align) (local.get $size)))
    (if (i32.eqz (local.get $ptr)) (then (return (i32.const 48))))
    (i32.store (local.get $out) (local.get $ptr))
    (i32.const 0))

  (func (export "calloc") (param $count i32) (param $size i32) (result i32)
    (local $product i64)
    (local.set $product (i64.mul (i64.extend_i32_u (local.get $count)) (i64.extend_i32_u (local.get $size))))
    (if (i64.gt_u (local.get $product) (i64.const 0xffff_ffff)) (then (return (i32.const 0))))
    (call $malloc (i32.wrap_i64 (local.get $product))))

  (func (export "realloc") (param $ptr i32) (param $size i32) (result i32)
    (local $old i32)
    (if (i32.eqz (local.get $ptr)) (then (return (call $malloc (local.get $size)))))
    (local.set $old (call $usable (local.get $ptr)))
    (if (i32.le_u (local.get $size) (local.get $old)) (then (return (local.get $ptr))))
    (if (i32.gt_u (local.get $size) (i32.const -17)) (then (return (i32.const 0))))
    (local.set $ptr (call $resize
      (i32.sub (local.get $ptr) (i32.const 16))
      (i32.add (local.get $old) (i32.const 16))
      (i32.const 16)
      (i32.add (local.get $size) (i32.const 16))))
    (if (i32.eqz (local.get $ptr)) (then (return (i32.const 0))))
    (i32.store offset=12 (local.get $ptr) (local.get $size))
    (i32.add (local.get $ptr) (i32.const 16)))

  (func $usable (export "malloc_usable_size") (param $ptr i32) (result i32)
    (if (i32.eqz (local.get $ptr)) (then (return (i32.const 0))))
    (i32.load (i32.sub (local.get $ptr) (i32.const 4))))

  (func (export "free") (param $ptr i32)))
