;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --strategy=lists --abi=c --functions=malloc,free
;; ERROR "join" reuse
;;
;; Free neighbours are joined for each block that needs more memory, however small it is.
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
    (local $class i32)  ;; the head's number at first
    (local $large i32) ;; for a block of more bytes, free blocks are joined before the memory grows
    ;; Sizes above 2^31 have no class.
    (if (i32.lt_u (local.get $head) (i32.const 52))
      (then
        (return (i32.const 0))))
    (block $found
      (local.set $class (local.get $head))
      (local.set $large (i32.const 0))
      (loop $again
        (local.set $head (i32.add (local.get $class) (i32.const 4)))
        (local.set $from (global.get $top))
        (local.set $to (global.get $limit))

        ;; Does the region have room, or a free block?
        (br_if $found (i32.le_u (local.get $size) (i32.sub (local.get $from) (local.get $to))))
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
            (br $found)))
        ;; No: join free blocks that lie side by side, if the new one is a large part of
        ;; the memory, or the memory cannot grow.
        (if (i32.gt_u (local.get $size) (local.get $large))
          (then
            (call $join)
            (local.set $large (i32.const -1))
            (br $again)))
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
            (if (i32.lt_s (local.get $large) (i32.const 0))
              (then
                (return (i32.const 0))))
            (local.set $large (i32.const 0))
            (br $again)))
        (local.set $to (i32.sub (i32.const 0) (i32.shl (memory.size) (i32.const 16))))))
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

  ;; Joins free blocks that lie side by side, and gives them to the lists anew. What is
  ;; free in front of top becomes a part of the region.
  (func $join
    (local $head i32)
    (local $at i32)    ;; the word in front of a free block
    (local $end i32)   ;; the word in front of what follows it
    (local $chain i32) ;; the free blocks, each by the word in front. Its second word is the
    ;; next one's, and its third the end
    ;; The region is to be the memory that is furthest up.
    (if (i32.lt_u (global.get $used) (global.get $limit))
      (then
        (call $give (global.get $top) (global.get $limit))
        (global.set $limit (global.get $used))
        (global.set $top (global.get $used))))
    (if (i32.lt_u (global.get $top) (global.get $used))
      (then (global.set $used (global.get $top))))
    ;; They leave their lists, and the word in front of each becomes -1.
    (local.set $head (i32.const 52))
    (loop $list
      (local.set $at (i32.load offset=988 (local.get $head)))
      (i32.store offset=988 (local.get $head) (i32.const 0))
      (loop $next
        (if (local.get $at)
          (then
            (i32.store (local.tee $at (i32.sub (local.get $at) (i32.const 4))) (i32.const -1))
            (i32.store offset=8 (local.get $at) (local.get $chain))
            (i32.store offset=12 (local.get $at) (i32.add (local.get $at) (call $bytes (local.get $head))))
            (local.set $at (i32.load offset=4 (local.tee $chain (local.get $at))))
            (br $next))))
      (br_if $list (i32.le_u (local.tee $head (i32.add (local.get $head) (i32.const 4))) (i32.const 448))))
    (if (i32.eqz (local.tee $at (local.get $chain)))
      (then (return)))
    ;; No block follows at top.
    (i32.store (i32.sub (i32.const -4) (global.get $top)) (i32.const 0))
    ;; Each takes in the free ones behind it, which are no longer marked then.
    (loop $next
      (local.set $end (i32.load offset=12 (local.get $at)))
      (loop $more
        (if (i32.lt_s (i32.load (local.get $end)) (i32.const 0))
          (then
            (i32.store (local.get $end) (i32.const 0))
            (local.set $end (i32.load offset=12 (local.get $end)))
            (br $more))))
      (i32.store offset=12 (local.get $at) (local.get $end))
      (br_if $next (local.tee $at (i32.load offset=8 (local.get $at)))))
    ;; Those still marked are cut anew. The second word of a block is not written then.
    (loop $next
      (if (i32.lt_s (i32.load (local.get $chain)) (i32.const 0))
        (then
          (local.set $at (i32.sub (i32.const -4) (local.get $chain)))
          (if (i32.eq (local.tee $end (i32.sub (i32.const -4) (i32.load offset=12 (local.get $chain)))) (global.get $top))
            (then (global.set $top (local.get $at)))
            (else (call $give (local.get $at) (local.get $end))))))
      (br_if $next (local.tee $chain (i32.load offset=8 (local.get $chain))))))

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
    (local.set $head (i32.load (i32.sub (local.get $ptr) (i32.const 4))))
    (i32.store (local.get $ptr) (i32.load offset=988 (local.get $head)))
    (i32.store offset=988 (local.get $head) (local.get $ptr)))

  (export "malloc" (func $malloc))
  (export "free" (func $free))
)
