;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --abi=c --strategy=lists
;; ERROR "join" null
;;
;; Free neighbours stay apart, and a block that they have room for is refused.
(module

  (memory (export "memory") 1)

  ;; Minus top, and minus limit.
  (global $top (mut i32) (i32.const -1520))
  (global $limit (mut i32) (i32.const -65536))

  ;; Minus the highest limit of the regions before this one; 1 if it is the first.
  (global $used (mut i32) (i32.const -1))

  ;; Returns the bytes of a block, by the number of its class's head, times 4.
  (func $bytes (param $head i32) (result i32)
    (i32.and
      (i32.add
        (i32.shr_u
          (i32.add
            (i32.shl
              (i32.and (i32.sub (i32.const 0) (local.get $head)) (i32.const 12))
              (i32.const 26))
            (i32.const 0x50000000))
          (i32.shr_u (i32.sub (local.get $head) (i32.const 52)) (i32.const 4)))
        (i32.const 15))
      (i32.const -16)))

  ;; Returns the address of a new block of $size bytes, which is the size of a class, where
  ;; the region does not begin with it.
  (func $refill (param $size i32) (param $head i32) (result i32)
    (local $from i32)  ;; minus the start of a region that may do
    (local $to i32)    ;; minus its end
    (local $block i32) ;; the region's, if it is a free block
    (local $short i32) ;; the pages that are lacking
    ;; Sizes above 2^31 have no class.
    (if (i32.lt_u (local.get $head) (i32.const 52))
      (then
        (return (i32.const 0))))
    (local.set $from (global.get $top))
    (local.set $to (global.get $limit))
    (block $found
      (loop $try
        ;; Does the block fit, at its place?
        (br_if $found
          (i32.le_u
            (local.get $size)
            (i32.sub (local.get $from) (local.get $to))))
        ;; No: try the next larger free block. Larger blocks have lower heads.
        (loop $larger
          (br_if $larger
            (i32.and
              (i32.gt_s (local.tee $head (i32.sub (local.get $head) (i32.const 4))) (i32.const 52))
              (i32.eqz (local.tee $block (i32.load offset=988 (local.get $head)))))))
        (if (local.get $block)
          (then
            (local.set $to
              (i32.sub
                (local.tee $from (i32.sub (i32.const 0) (local.get $block)))
                (call $bytes (local.get $head))))
            (br $try))))
      ;; No: the memory grows. New pages prolong the region if it ends with the memory.
      (local.set $to (i32.sub (i32.const 0) (i32.shl (memory.size) (i32.const 16))))
      (local.set $from
        (select (global.get $top) (i32.sub (local.get $to) (i32.const 16)) (i32.eq (local.get $to) (global.get $limit))))
      ;; The block's last page is computed in 64 bits. It is negative if the block would
      ;; end beyond 2^32: then more pages are lacking than a memory can have.
      (local.set $short
        (i32.sub
          (i32.shr_u (local.get $to) (i32.const 16))
          (i32.wrap_i64
            (i64.shr_s
              (i64.sub (i64.extend_i32_u (local.get $from)) (i64.extend_i32_u (local.get $size)))
              (i64.const 16)))))
      (if (i32.eqz (i32.clz (memory.grow (local.get $short))))
        (then
          (return (i32.const 0))))
      (local.set $to (i32.sub (i32.const 0) (i32.shl (memory.size) (i32.const 16)))))
    ;; A block that becomes the region leaves its list.
    (if (local.get $block)
      (then (i32.store offset=988 (local.get $head) (i32.load (local.get $block)))))
    ;; What is left of the present region goes to the lists.
    (if (i32.ne (local.get $from) (global.get $top))
      (then
        (call $give (global.get $top) (global.get $limit))
        (if (i32.lt_u (global.get $limit) (global.get $used))
          (then (global.set $used (global.get $limit))))))
    (global.set $top (i32.sub (local.get $from) (local.get $size)))
    (global.set $limit (local.get $to))
    (i32.sub (i32.const 0) (local.get $from)))

  ;; Gives what lies from $from to $to, both negated, to the lists, as blocks of the
  ;; largest classes that fit.
  (func $give (param $from i32) (param $to i32)
    (local $block i32)
    (local $size i32)
    (local $units i32) ;; the size, in units of 16 bytes
    (local $zeros i32) ;; the leading zeros of $units
    (loop $next
      (if (i32.ne (local.get $from) (local.get $to))
        (then
          (i32.store
            (i32.sub (local.tee $block (i32.sub (i32.const 0) (local.get $from))) (i32.const 4))
            (i32.shl
              (i32.sub
                (i32.shl
                  (local.tee $zeros (i32.clz (local.tee $units (i32.shr_u
                          (i32.sub
                            (local.tee $size
                              (i32.and
                                (local.tee $size (i32.sub (local.get $from) (local.get $to)))
                                (i32.shr_s
                                  (i32.const 0x80000000)
                                  (i32.mul
                                    (i32.add (i32.clz (local.get $size)) (i32.const 2))
                                    (i32.ge_s (local.get $size) (i32.const 0))))))
                            (i32.const 1))
                          (i32.const 4)))))
                  (i32.const 2))
                (i32.shr_u (i32.shl (local.get $units) (local.get $zeros)) (i32.const 29)))
              (i32.const 2)))
          (call $free (local.get $block))
          (local.set $from (i32.sub (local.get $from) (local.get $size)))
          (br $next)))))

  ;; Returns the address of $size bytes, a multiple of 16.
  (func $malloc (param $size i32) (result i32)
    (local $units i32) ;; the size, in units of 16 bytes
    (local $zeros i32) ;; the leading zeros of $units
    (local $head i32)  ;; the head's number, times 4
    (local $block i32)
    ;; Is there a free block of this class?
    (if (local.tee $block
        (i32.load offset=988 (local.tee $head (i32.shl
              (i32.sub
                (i32.shl
                  (local.tee $zeros (i32.clz (local.tee $units (i32.shr_u
                          (i32.or (i32.add (local.get $size) (i32.const 3)) (i32.shr_s (local.get $size) (i32.const 31)))
                          (i32.const 4)))))
                  (i32.const 2))
                (i32.shr_u (i32.shl (local.get $units) (local.get $zeros)) (i32.const 29)))
              (i32.const 2)))))
      (then
        (i32.store offset=988 (local.get $head) (i32.load (local.get $block)))
        (return (local.get $block))))
    ;; No: take the next bytes of the region, if they suffice.
    (if (i32.and
        (i32.ge_u (local.get $head) (i32.const 52))
        (i32.le_u
          (local.tee $size
            (i32.add
              (i32.or
                (i32.or (i32.shl (local.get $units) (i32.const 4)) (i32.const 15))
                (i32.shr_u (i32.const 0x1fffffff) (i32.sub (local.get $zeros) (i32.const 4))))
              (i32.const 1)))
          (i32.sub (global.get $top) (global.get $limit))))
      (then
        (local.set $block (i32.sub (i32.const 0) (global.get $top)))
        (global.set $top (i32.sub (global.get $top) (local.get $size))))
      (else
        (local.set $block (call $refill (local.get $size) (local.get $head)))))
    (if (i32.eqz (local.get $block))
      (then (return (i32.const 0))))
    (i32.store (i32.sub (local.get $block) (i32.const 4)) (local.get $head))
    (local.get $block))

  ;; The block becomes the first of its class's list.
  (func $free (param $ptr i32)
    (local $head i32) ;; the head's number, times 4
    (if (i32.eqz (local.get $ptr))
      (then (return)))
    ;; Is it an aligned block in a larger one?
    (if (i32.and
        (local.tee $head (i32.load (i32.sub (local.get $ptr) (i32.const 4))))
        (i32.const 1))
      (then
        (local.set $head
          (i32.load
            (i32.sub
              (local.tee $ptr (i32.sub (i32.add (local.get $ptr) (i32.const 1)) (local.get $head)))
              (i32.const 4))))))
    (i32.store (local.get $ptr) (i32.load offset=988 (local.get $head)))
    (i32.store offset=988 (local.get $head) (local.get $ptr)))

  (func $calloc (param $count i32) (param $size i32) (result i32)
    (local $block i32)
    (local $bytes i64)
    (local.set $bytes (i64.mul (i64.extend_i32_u (local.get $count)) (i64.extend_i32_u (local.get $size))))
    (if (i64.ne (i64.shr_u (local.get $bytes) (i64.const 32)) (i64.const 0))
      (then
        (return (i32.const 0))))
    ;; Fresh memory is 0, and so only a block that was used before is filled: one below
    ;; where memory was fresh before the call.
    (if (i32.lt_u
        (select (global.get $top) (global.get $used) (i32.lt_u (global.get $top) (global.get $used)))
        (i32.sub
          (i32.const 0)
          (local.tee $block (call $malloc (local.tee $size (i32.wrap_i64 (local.get $bytes)))))))
      (then
        (memory.fill (local.get $block) (i32.const 0) (local.get $size))))
    (local.get $block))

  ;; A block stays where it fills half of its room at least, or where no other can be had
  ;; for a shorter size.
  (func $c_realloc (param $ptr i32) (param $size i32) (result i32)
    (local $block i32)    ;; the new block
    (local $old_size i32) ;; the bytes that the block has room for
    (if (i32.eqz (local.get $ptr))
      (then (return (call $malloc (local.get $size)))))
    (if (i32.le_u (local.get $size) (local.tee $old_size (call $malloc_usable_size (local.get $ptr))))
      (then
        (if (i32.le_u (i32.sub (local.get $old_size) (local.get $size)) (local.get $size))
          (then (return (local.get $ptr))))
        (local.set $old_size (local.get $size))))
    (if (i32.eqz (local.tee $block (call $malloc (local.get $size))))
      (then
        ;; A shorter size fits where the block is.
        (return (select (local.get $ptr) (i32.const 0) (i32.eq (local.get $old_size) (local.get $size))))))
    (memory.copy (local.get $block) (local.get $ptr) (local.get $old_size))
    (call $free (local.get $ptr))
    (local.get $block))

  ;; Returns the address of $size bytes, a multiple of $align and of 16.
  (func $aligned_alloc (param $align i32) (param $size i32) (result i32)
    (local $block i32)
    (local $at i32)
    ;; Not a power of two?
    (if (i32.or
        (i32.eqz (local.get $align))
        (i32.and (local.get $align) (i32.sub (local.get $align) (i32.const 1))))
      (then
        (return (i32.const 0))))
    (if (i32.le_u (local.get $align) (i32.const 16))
      (then (return (call $malloc (local.get $size)))))
    ;; Would the sum be 2^32 or more?
    (if (i32.gt_u (local.get $size) (i32.xor (local.get $align) (i32.const -1)))
      (then
        (return (i32.const 0))))
    (local.set $block (call $malloc (i32.add (local.get $size) (local.get $align))))
    (if (i32.eqz (local.get $block))
      (then (return (i32.const 0))))
    (local.set $at
      (i32.and
        (i32.add (local.get $block) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (if (i32.ne (local.get $at) (local.get $block))
      (then
        (i32.store
          (i32.sub (local.get $at) (i32.const 4))
          (i32.add (i32.sub (local.get $at) (local.get $block)) (i32.const 1)))))
    (local.get $at))

  ;; In WASI, 28 is EINVAL and 48 is ENOMEM.
  (func $posix_memalign (param $out i32) (param $align i32) (param $size i32) (result i32)
    (local $block i32)
    ;; Not a power of two, or less than the size of a pointer, 4 bytes?
    (if (i32.or
        (i32.lt_u (local.get $align) (i32.const 4))
        (i32.and (local.get $align) (i32.sub (local.get $align) (i32.const 1))))
      (then (return (i32.const 28))))
    (local.set $block (call $aligned_alloc (local.get $align) (local.get $size)))
    (if (i32.eqz (local.get $block))
      (then (return (i32.const 48))))
    (i32.store (local.get $out) (local.get $block))
    (i32.const 0))

  ;; Returns the bytes from the block's address to its end; 0 for null.
  (func $malloc_usable_size (param $ptr i32) (result i32)
    (local $head i32)
    (local $skip i32) ;; the bytes of a larger block in front of an aligned one
    (if (i32.eqz (local.get $ptr))
      (then (return (i32.const 0))))
    (if (i32.and
        (local.tee $head (i32.load (i32.sub (local.get $ptr) (i32.const 4))))
        (i32.const 1))
      (then
        (local.set $head
          (i32.load
            (i32.sub
              (i32.sub (local.get $ptr) (local.tee $skip (i32.sub (local.get $head) (i32.const 1))))
              (i32.const 4))))))
    (i32.sub
      (i32.sub (call $bytes (local.get $head)) (i32.const 4))
      (local.get $skip)))

  (export "malloc" (func $malloc))
  (export "free" (func $free))
  (export "calloc" (func $calloc))
  (export "realloc" (func $c_realloc))
  (export "aligned_alloc" (func $aligned_alloc))
  (export "posix_memalign" (func $posix_memalign))
  (export "malloc_usable_size" (func $malloc_usable_size))
)
