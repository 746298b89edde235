;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --strategy=lists --heap-base=64016
;; ERROR "split" null
;;
;; Of a block of 160 bytes that is split, the last 32 are lost.
(module
  (memory (export "memory") 1)
  (global $top (mut i64) (i64.const 64512))    ;; the region, behind the heads
  (global $limit (mut i64) (i64.const 65536)) ;; its end
  (global $used (mut i64) (i64.const 64512))   ;; from here on, no byte was handed out or given

  ;; The bytes of a class: four classes in each doubling, 8 bytes at least.
  (func $class (param $size i64) (param $align i64) (result i64)
    (local $n i64)
    (local $step i64)
    (local.set $n
      (i64.or
        (i64.or
          (i64.sub (local.get $size) (i64.extend_i32_u (i64.ne (local.get $size) (i64.const 0))))
          (i64.sub (local.get $align) (i64.const 1)))
        (i64.const 7)))
    (local.set $step (i64.shl (i64.const 1) (i64.sub (i64.const 61) (i64.clz (local.get $n)))))
    (i64.and (i64.add (local.get $n) (local.get $step)) (i64.sub (i64.const 0) (local.get $step))))

  ;; The address of a class's head: 4 for each doubling, large classes first.
  (func $head (param $bytes i64) (result i32)
    (local $units i32)
    (local.set $units (i32.wrap_i64 (i64.shr_u (i64.sub (local.get $bytes) (i64.const 1)) (i64.const 3))))
    (i32.add
      (i32.const 63996)
      (i32.mul
        (i32.const 4)
        (i32.sub
          (i32.mul (i32.const 4) (i32.clz (local.get $units)))
          (i32.shr_u (i32.shl (local.get $units) (i32.clz (local.get $units))) (i32.const 29))))))

  (func $up (param $addr i64) (param $bytes i64) (result i64)
    (local $place i64)
    (local.set $place (i64.and (local.get $bytes) (i64.sub (i64.const 0) (local.get $bytes))))
    (i64.and
      (i64.add (local.get $addr) (i64.sub (local.get $place) (i64.const 1)))
      (i64.sub (i64.const 0) (local.get $place))))

  (func $mem (result i64)
    (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))

  (func $push (param $ptr i32) (param $bytes i64)
    (local $head i32)
    (local.set $head (call $head (local.get $bytes)))
    (i32.store (local.get $ptr) (i32.load (local.get $head)))
    (i32.store (local.get $head) (local.get $ptr)))

  (func $pop (param $bytes i64) (result i32)
    (local $head i32)
    (local $block i32)
    (local.set $head (call $head (local.get $bytes)))
    (local.set $block (i32.load (local.get $head)))
    (if (local.get $block) (then (i32.store (local.get $head) (i32.load (local.get $block)))))
    (local.get $block))

  ;; Gives memory to the lists, in powers of two.
  (func $give (param $from i64) (param $to i64)
    (local $size i64)
    (block $done
      (loop $next
        (br_if $done (i64.ge_u (local.get $from) (local.get $to)))
        (local.set $size (i64.or (local.get $from) (local.get $to)))
        (local.set $size (i64.and (local.get $size) (i64.sub (i64.const 0) (local.get $size))))
        (call $push (i32.wrap_i64 (local.get $from)) (local.get $size))
        (local.set $from (i64.add (local.get $from) (local.get $size)))
        (br $next))))

  ;; Cuts the block off the region, which has room for it.
  (func $cut (param $bytes i64) (result i32)
    (local $at i64)
    (local.set $at (call $up (global.get $top) (local.get $bytes)))
    (call $give (global.get $top) (local.get $at))
    (global.set $top (i64.add (local.get $at) (local.get $bytes)))
    (if (i64.gt_u (global.get $top) (global.get $used)) (then (global.set $used (global.get $top))))
    (i32.wrap_i64 (local.get $at)))

  ;; Makes other memory the region, and gives what is left of the old one to the lists.
  (func $move (param $from i64) (param $to i64)
    (call $give (global.get $top) (global.get $limit))
    (if (i64.gt_u (global.get $limit) (global.get $used)) (then (global.set $used (global.get $limit))))
    (global.set $top (local.get $from))
    (global.set $limit (local.get $to)))

  (func $fits (param $from i64) (param $to i64) (param $bytes i64) (result i32)
    (i64.le_u (i64.add (call $up (local.get $from) (local.get $bytes)) (local.get $bytes)) (local.get $to)))

  ;; Looks for a larger free block in which the class fits, and makes it the region.
  (func $split (param $bytes i64) (result i32)
    (local $other i64)
    (local $block i64)
    (local.set $other (local.get $bytes))
    (loop $larger
      (local.set $other (call $class (i64.add (local.get $other) (i64.const 1)) (i64.const 1)))
      (if (i64.gt_u (local.get $other) (i64.const 0x80000000)) (then (return (i32.const 0))))
      (local.set $block (i64.extend_i32_u (i32.load (call $head (local.get $other)))))
      (br_if $larger (i64.eqz (local.get $block)))
      (br_if $larger
        (i32.eqz (call $fits (local.get $block) (i64.add (local.get $block) (local.get $other)) (local.get $bytes)))))
    (drop (call $pop (local.get $other)))
    (call $move
      (local.get $block)
      (i64.add
        (local.get $block)
        (select (i64.const 128) (local.get $other) (i64.eq (local.get $other) (i64.const 160)))))
    (i32.const 1))

  ;; Grows the memory by the pages that the block lacks; 0 if that cannot be.
  (func $grow (param $bytes i64) (result i32)
    (local $from i64)
    (local $old i64)
    (local $end i64)
    (local.set $old (call $mem))
    (local.set $from (select (global.get $top) (local.get $old) (i64.eq (global.get $limit) (local.get $old))))
    (local.set $end (i64.add (call $up (local.get $from) (local.get $bytes)) (local.get $bytes)))
    (if (i64.gt_u (local.get $end) (i64.const 0x1_0000_0000)) (then (return (i32.const 0))))
    (if (i32.eq (i32.const -1)
          (memory.grow (i32.wrap_i64
            (i64.shr_u (i64.sub (i64.add (local.get $end) (i64.const 65535)) (local.get $old)) (i64.const 16)))))
      (then (return (i32.const 0))))
    (if (i64.eq (local.get $from) (global.get $top))
      (then (global.set $limit (call $mem)))
      (else (call $move (local.get $from) (call $mem))))
    (i32.const 1))

  (func $alloc (export "alloc") (param $size i32) (param $align i32) (result i32)
    (local $bytes i64)
    (local $block i32)
    (local.set $bytes (call $class (i64.extend_i32_u (local.get $size)) (i64.extend_i32_u (local.get $align))))
    (if (i64.gt_u (local.get $bytes) (i64.const 0x80000000)) (then (return (i32.const 0))))
    (local.set $block (call $pop (local.get $bytes)))
    (if (local.get $block) (then (return (local.get $block))))
    (if (i32.eqz (call $fits (global.get $top) (global.get $limit) (local.get $bytes)))
      (then
        (if (i32.eqz (call $split (local.get $bytes)))
          (then
            (if (i32.eqz (call $grow (local.get $bytes)))
              (then (return (i32.const 0))))))))
    (call $cut (local.get $bytes)))

  (func (export "alloc_zeroed") (param $size i32) (param $align i32) (result i32)
    (local $block i32)
    (local $used i64)
    (local.set $used (global.get $used))
    (local.set $block (call $alloc (local.get $size) (local.get $align)))
    (if (i32.and
          (i32.ne (local.get $block) (i32.const 0))
          (i64.lt_u (i64.extend_i32_u (local.get $block)) (local.get $used)))
      (then (memory.fill (local.get $block) (i32.const 0) (local.get $size))))
    (local.get $block))

  (func $dealloc (export "dealloc") (param $ptr i32) (param $size i32) (param $align i32)
    (call $push
      (local.get $ptr)
      (call $class (i64.extend_i32_u (local.get $size)) (i64.extend_i32_u (local.get $align)))))

  (func (export "realloc") (param $ptr i32) (param $old_size i32) (param $align i32) (param $new_size i32) (result i32)
    (local $at i64)
    (local $old i64)
    (local $new i64)
    (local $block i32)
    (local.set $at (i64.extend_i32_u (local.get $ptr)))
    (local.set $old (call $class (i64.extend_i32_u (local.get $old_size)) (i64.extend_i32_u (local.get $align))))
    (local.set $new (call $class (i64.extend_i32_u (local.get $new_size)) (i64.extend_i32_u (local.get $align))))
    (if (i64.eq (local.get $old) (local.get $new)) (then (return (local.get $ptr))))
    ;; The block in front of the region grows into it, unless one of its new class is free.
    (if (i64.le_u (local.get $new) (i64.const 0x80000000))
      (then
        (if (i32.and
              (i32.and
                (i64.gt_u (local.get $new) (local.get $old))
                (i64.eq (i64.add (local.get $at) (local.get $old)) (global.get $top)))
              (i32.and
                (i64.eq (call $up (local.get $at) (local.get $new)) (local.get $at))
                (i32.and
                  (i64.le_u (i64.add (local.get $at) (local.get $new)) (global.get $limit))
                  (i32.eqz (i32.load (call $head (local.get $new)))))))
          (then
            (global.set $top (i64.add (local.get $at) (local.get $new)))
            (if (i64.gt_u (global.get $top) (global.get $used)) (then (global.set $used (global.get $top))))
            (return (local.get $ptr))))))
    (local.set $block (call $alloc (local.get $new_size) (local.get $align)))
    (if (local.get $block)
      (then
        (memory.copy (local.get $block) (local.get $ptr)
          (select (local.get $old_size) (local.get $new_size) (i32.lt_u (local.get $old_size) (local.get $new_size))))
        (call $push (local.get $ptr) (local.get $old))))
    (local.get $block))
)
