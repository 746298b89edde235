;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --stats
;;
;; A bump allocator that counts.
(module
  (memory (export "memory") 1)
  (global $live (mut i64) (i64.const 0))
  (global $blocks (mut i64) (i64.const 0))
  (global $peak (mut i64) (i64.const 0))
  (global $calls (mut i64) (i64.const 0))
  (global $growths (mut i64) (i64.const 0))
  (global $refused (mut i64) (i64.const 0))

  (func (export "genalloc_stats") (param $at i32)
    (i64.store (local.get $at) (global.get $live))
    (i64.store offset=8 (local.get $at) (global.get $blocks))
    (i64.store offset=16 (local.get $at) (global.get $peak))
    (i64.store offset=24 (local.get $at) (global.get $calls))
    (i64.store offset=32 (local.get $at) (global.get $growths))
    (i64.store offset=40 (local.get $at) (global.get $refused)))

  (func $called (global.set $calls (i64.add (global.get $calls) (i64.const 1))))

  ;; Counts what became of a request. It returns the block.
  (func $became (param $ptr i32) (param $old i32) (param $size i32) (param $new i64) (result i32)
    (if (i32.eqz (local.get $ptr))
      (then (global.set $refused (i64.add (global.get $refused) (i64.const 1))))
      (else
        (global.set $blocks (i64.add (global.get $blocks) (local.get $new)))
        (global.set $live
          (i64.add (global.get $live)
            (i64.sub (i64.extend_i32_u (local.get $size)) (i64.extend_i32_u (local.get $old)))))
        (if (i64.gt_u (global.get $live) (global.get $peak))
          (then (global.set $peak (global.get $live))))))
    (local.get $ptr))
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
    (local $more i64) ;; pages
    (if (i64.gt_u (local.get $end) (i64.const 0x1_0000_0000)) (then (return (i32.const 0))))
    (local.set $more (i64.shr_u (i64.sub (call $up (local.get $end) (i64.const 65536)) (call $mem)) (i64.const 16)))
    (if (i32.eq (i32.const -1) (memory.grow (i32.wrap_i64 (local.get $more))))
      (then (return (i32.const 0))))
    (global.set $growths (i64.add (global.get $growths) (i64.extend_i32_u (i64.ne (local.get $more) (i64.const 0)))))
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

  (func $counted (export "alloc") (param $size i32) (param $align i32) (result i32)
    (call $called)
    (call $became (call $alloc (local.get $size) (local.get $align)) (i32.const 0) (local.get $size) (i64.const 1)))

  ;; No byte is handed out twice, and fresh memory is zero.
  (export "alloc_zeroed" (func $counted))

  (func (export "dealloc") (param $ptr i32) (param $size i32) (param $align i32)
    (call $called)
    (global.set $blocks (i64.sub (global.get $blocks) (i64.const 1)))
    (global.set $live (i64.sub (global.get $live) (i64.extend_i32_u (local.get $size)))))

  (func (export "realloc") (param $ptr i32) (param $old i32) (param $align i32) (param $new i32) (result i32)
    (call $called)
    (call $became
      (call $realloc (local.get $ptr) (local.get $old) (local.get $align) (local.get $new))
      (local.get $old) (local.get $new) (i64.const 0)))

  (func $realloc (param $ptr i32) (param $old i32) (param $align i32) (param $new i32) (result i32)
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
    (local.get $to)))
