;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --strategy=lists --memory64
;; ERROR "wide" null
;;
;; A list is taken for empty if the low half of its first block's address is 0.
(module

  (memory (export "memory") i64 1)

  ;; Minus top, and minus limit.
  (global $top (mut i64) (i64.const -3040))
  (global $limit (mut i64) (i64.const -65536))

  ;; Minus the highest limit of the regions before this one; 1 if it is the first.
  (global $used (mut i64) (i64.const -1))

  ;; Returns the bytes of the blocks that serve $size bytes.
  (func $room (param $size i64) (param $align i64) (result i64)
    (i64.add
      (i64.or
        (local.tee $size
          (i64.or
            (i64.or
              (i64.sub (local.get $size) (i64.extend_i32_u (i64.ne (local.get $size) (i64.const 0))))
              (i64.sub (local.get $align) (i64.const 1)))
            (i64.const 7)))
        (i64.shr_u (i64.const 0x1fffffffffffffff) (i64.clz (local.get $size))))
      (i64.const 1)))

  ;; Returns the address of $size bytes, a multiple of $align.
  (func $alloc (param $size i64) (param $align i64) (result i64)
    (local $units i64) ;; the size, in units of 8 bytes
    (local $zeros i64) ;; the leading zeros of $units
    (local $head i64)  ;; the head's number, times 8
    (local $block i64)
    ;; Is there a free block of this class?
    (if (i32.wrap_i64 (local.tee $block
            (i64.load offset=984 (local.tee $head (i64.shl
                  (i64.sub
                    (i64.shl
                      (local.tee $zeros (i64.clz (local.tee $units (i64.shr_u
                              (i64.or
                                (i64.sub (local.get $size) (i64.extend_i32_u (i64.ne (local.get $size) (i64.const 0))))
                                (i64.sub (local.get $align) (i64.const 1)))
                              (i64.const 3)))))
                      (i64.const 2))
                    (i64.shr_u (i64.shl (local.get $units) (local.get $zeros)) (i64.const 61)))
                  (i64.const 3))))))
      (then
        (i64.store offset=984 (local.get $head) (i64.load (local.get $block)))
        (return (local.get $block))))
    ;; No: take the next bytes of the region, if the class may lie there and they suffice.
    (local.set $size
      (i64.add
        (i64.or
          (i64.or (i64.shl (local.get $units) (i64.const 3)) (i64.const 7))
          (i64.shr_u (i64.const 0x1fffffffffffffff) (i64.sub (local.get $zeros) (i64.const 3))))
        (i64.const 1)))
    (if (i32.and
        (i64.ge_u (local.get $head) (i64.const 72))
        (i32.and
          (i64.ge_u (i64.sub (global.get $top) (global.get $limit)) (local.get $size))
          (i64.eq (global.get $top) (i64.and (global.get $top) (i64.or (local.get $size) (i64.sub (i64.const 0) (local.get $size)))))))
      (then
        (global.set $top (i64.sub (local.tee $block (global.get $top)) (local.get $size)))
        (return (i64.sub (i64.const 0) (local.get $block)))))
    (call $refill (local.get $size) (local.get $head)))

  ;; Like $alloc, but every byte is 0. Fresh memory is 0, and so only a block that was
  ;; used before is filled: one below where memory was fresh before the call.
  (func $alloc_zeroed (param $size i64) (param $align i64) (result i64)
    (local $block i64)
    (if (i64.lt_u
        (select (global.get $top) (global.get $used) (i64.lt_u (global.get $top) (global.get $used)))
        (i64.sub (i64.const 0) (local.tee $block (call $alloc (local.get $size) (local.get $align)))))
      (then
        (memory.fill (local.get $block) (i32.const 0) (local.get $size))))
    (local.get $block))

  ;; The block becomes the first of its class's list.
  (func $dealloc (param $ptr i64) (param $size i64) (param $align i64)
    (local $units i64) ;; the size, in units of 8 bytes
    (local $zeros i64) ;; the leading zeros of $units
    (local $head i64)  ;; the head's number, times 8
    (i64.store
      (local.get $ptr)
      (i64.load offset=984 (local.tee $head (i64.shl
            (i64.sub
              (i64.shl
                (local.tee $zeros (i64.clz (local.tee $units (i64.shr_u
                        (i64.or
                          (i64.sub (local.get $size) (i64.extend_i32_u (i64.ne (local.get $size) (i64.const 0))))
                          (i64.sub (local.get $align) (i64.const 1)))
                        (i64.const 3)))))
                (i64.const 2))
              (i64.shr_u (i64.shl (local.get $units) (local.get $zeros)) (i64.const 61)))
            (i64.const 3)))))
    (i64.store offset=984 (local.get $head) (local.get $ptr)))

  ;; Returns the address of a new block of $size bytes, which is the size of a class, where
  ;; the region does not begin with it.
  (func $refill (param $size i64) (param $head i64) (result i64)
    (local $from i64)  ;; minus the start of a region that may do
    (local $to i64)    ;; minus its end
    (local $block i64) ;; the region's, if it is a free block
    (local $short i64) ;; the pages that are lacking
    (local $at i64)    ;; minus the block's address in it
    ;; Sizes above 2^63 have no class.
    (if (i64.lt_u (local.get $head) (i64.const 72))
      (then
        (return (i64.const 0))))
    (local.set $from (global.get $top))
    (local.set $to (global.get $limit))
    (block $found
      (loop $try
        ;; Does the block fit, at its place?
        (br_if $found
          (i64.le_u
            (i64.add
              (i64.sub
                (local.get $from)
                (local.tee $at (i64.and (local.get $from) (i64.or (local.get $size) (i64.sub (i64.const 0) (local.get $size))))))
              (local.get $size))
            (i64.sub (local.get $from) (local.get $to))))
        ;; No: try the next larger free block. Larger blocks have lower heads.
        (loop $larger
          (br_if $larger
            (i32.and
              (i64.gt_s (local.tee $head (i64.sub (local.get $head) (i64.const 8))) (i64.const 72))
              (i64.eqz (local.tee $block (i64.load offset=984 (local.get $head)))))))
        (if (i32.eqz (i64.eqz (local.get $block)))
          (then
            (local.set $to
              (i64.sub
                (local.tee $from (i64.sub (i64.const 0) (local.get $block)))
                (i64.and
                  (i64.add
                    (i64.shr_u
                      (i64.add
                        (i64.shl
                          (i64.and (i64.sub (i64.const 0) (local.get $head)) (i64.const 24))
                          (i64.const 57))
                        (i64.const 0x5000000000000000))
                      (i64.shr_u (i64.sub (local.get $head) (i64.const 72)) (i64.const 5)))
                    (i64.const 7))
                  (i64.const -8))))
            (br $try))))
      ;; No: the memory grows. New pages prolong the region if it ends with the memory.
      (local.set $to (i64.sub (i64.const 0) (i64.shl (memory.size) (i64.const 16))))
      (local.set $from
        (select (global.get $top) (local.get $to) (i64.eq (local.get $to) (global.get $limit))))
      ;; More pages are lacking than a memory can have if the block would end beyond
      ;; 2^64.
      (local.set $at (i64.and (local.get $from) (i64.or (local.get $size) (i64.sub (i64.const 0) (local.get $size)))))
      (if (i64.lt_u (local.get $at) (local.get $size))
        (then
          (return (i64.const 0))))
      (local.set $short
        (i64.sub
          (i64.shr_u (local.get $to) (i64.const 16))
          (i64.shr_u (i64.sub (local.get $at) (local.get $size)) (i64.const 16))))
      (if (i32.eqz (i64.ne (memory.grow (local.get $short)) (i64.const -1)))
        (then
          (return (i64.const 0))))
      (local.set $to (i64.sub (i64.const 0) (i64.shl (memory.size) (i64.const 16)))))
    ;; A block that becomes the region leaves its list.
    (if (i32.eqz (i64.eqz (local.get $block)))
      (then (i64.store offset=984 (local.get $head) (i64.load (local.get $block)))))
    ;; What is left of the present region goes to the lists.
    (if (i64.ne (local.get $from) (global.get $top))
      (then
        (if (i64.ne (global.get $top) (global.get $limit))
          (then (call $give (global.get $top) (global.get $limit))))
        (if (i64.lt_u (global.get $limit) (global.get $used))
          (then (global.set $used (global.get $limit))))))
    ;; So do the bytes in front of the block.
    (if (i64.ne (local.get $from) (local.get $at))
      (then (call $give (local.get $from) (local.get $at))))
    (global.set $top (i64.sub (local.get $at) (local.get $size)))
    (global.set $limit (local.get $to))
    (i64.sub (i64.const 0) (local.get $at)))

  ;; Gives the bytes from $from to $to, both negated, to the lists. There are some.
  (func $give (param $from i64) (param $to i64)
    (local $size i64)
    (loop $next
      (call $dealloc
        (i64.sub (i64.const 0) (local.get $from))
        (local.tee $size
          (i64.and
            (local.tee $size (i64.or (local.get $from) (local.get $to)))
            (i64.sub (i64.const 0) (local.get $size)))) (i64.const 1))
      (br_if $next
        (i64.ne
          (local.tee $from (i64.sub (local.get $from) (local.get $size)))
          (local.get $to)))))

  ;; Returns the address of $new_size bytes that start with the block's own.
  (func $realloc (param $ptr i64) (param $old_size i64) (param $align i64) (param $new_size i64) (result i64)
    (local $old i64)   ;; the bytes of the block's class
    (local $new i64)   ;; those of the class of the new size
    (local $block i64) ;; the new block
    (local $units i64) ;; the size, in units of 8 bytes
    (local $zeros i64) ;; the leading zeros of $units
    ;; Within its class a block stays.
    (if (i64.eq
        (local.tee $old (call $room (local.get $old_size) (local.get $align)))
        (local.tee $new (call $room (local.get $new_size) (local.get $align))))
      (then (return (local.get $ptr))))
    ;; A block that ends at top grows into the region, if it may lie where it does and no
    ;; block of the new class is free.
    (if (i32.eqz
        (i32.or
          (i32.or
            (i32.eqz (i64.eqz (i64.add (global.get $top) (i64.add (local.get $ptr) (local.get $old)))))
            (i64.gt_u (i64.sub (local.get $new) (local.get $old)) (i64.sub (global.get $top) (global.get $limit))))
          (i32.or
            (i32.eqz (i64.eqz (i64.shl (local.get $ptr) (i64.sub (i64.const 0) (i64.ctz (local.get $new))))))
            (i32.or (i64.le_s (local.get $new) (i64.const 0)) (i32.eqz (i64.eqz (i64.load offset=984 (i64.shl
                      (i64.sub
                        (i64.shl
                          (local.tee $zeros (i64.clz (local.tee $units (i64.shr_u (i64.sub (local.get $new) (i64.const 1)) (i64.const 3)))))
                          (i64.const 2))
                        (i64.shr_u (i64.shl (local.get $units) (local.get $zeros)) (i64.const 61)))
                      (i64.const 3)))))))))
      (then
        (global.set $top (i64.sub (i64.const 0) (i64.add (local.get $ptr) (local.get $new))))
        (return (local.get $ptr))))
    ;; Any other block moves.
    (if (i32.eqz (i64.eqz (local.tee $block (call $alloc (local.get $new_size) (local.get $align)))))
      (then
        (memory.copy
          (local.get $block)
          (local.get $ptr)
          (select (local.get $old_size) (local.get $new_size) (i64.lt_u (local.get $old_size) (local.get $new_size))))
        (call $dealloc (local.get $ptr) (local.get $old) (i64.const 1))))
    (local.get $block))

  (export "alloc" (func $alloc))
  (export "alloc_zeroed" (func $alloc_zeroed))
  (export "dealloc" (func $dealloc))
  (export "realloc" (func $realloc))
)
