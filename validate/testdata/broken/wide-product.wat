;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --memory64 --abi=c
;; ERROR "wide" bounds
;;
;; The product of calloc's arguments wraps.
(module

  (memory (export "memory") i64 1)

  ;; Minus top.
  (global $top (mut i64) (i64.const -1024))

  ;; Returns the address of $size bytes that are 0, a multiple of $align.
  (func $alloc (param $size i64) (param $align i64) (result i64)
    (local $at i64)    ;; minus the block's address
    (local $ours i64)  ;; the end of the owned pages, in pages below 2^64 bytes
    (local $short i64) ;; the pages that the block lacks
    (local $block i64) ;; the block behind foreign pages
    (block $fits
      ;; Pages are owned whole, so the rest of top's page is free. A smaller
      ;; block fits without another check.
      (br_if $fits
        (i64.gt_u
          (i64.and
            (local.tee $at (i64.and (global.get $top) (i64.sub (i64.const 0) (local.get $align))))
            (i64.const 0xffff))
          (local.get $size)))
      ;; Would the block end beyond 2^64, or have the address 2^64, which is null?
      (if (i64.gt_u
          (i64.or (local.get $size) (i64.extend_i32_u (i64.eqz (local.get $at))))
          (local.get $at))
        (then
          (return (i64.const 0))))
      ;; Are no pages lacking? The owned pages end with top's page.
      (br_if $fits
        (i64.eqz
          (local.tee $short
            (i64.sub
              (local.tee $ours (i64.shr_u (global.get $top) (i64.const 16)))
              (i64.shr_u (i64.sub (local.get $at) (local.get $size)) (i64.const 16))))))
      ;; Do foreign pages follow the owned ones?
      (if (i32.eqz (i64.eqz (i64.shl (i64.add (memory.size) (local.get $ours)) (i64.const 16))))
        (then
          ;; Start again at the memory's end; if that fails, put top back.
          (local.set $at (global.get $top))
          (global.set $top (i64.sub (i64.const 0) (i64.shl (memory.size) (i64.const 16))))
          (if (i64.eqz (local.tee $block (call $alloc (local.get $size) (local.get $align))))
            (then (global.set $top (local.get $at))))
          (return (local.get $block))))
      ;; No: grow by exactly the pages that are lacking.
      (br_if $fits (i64.ne (memory.grow (local.get $short)) (i64.const -1)))
      (return (i64.const 0)))

    ;; The next block starts where this one ends.
    (global.set $top (i64.sub (local.get $at) (local.get $size)))
    (i64.sub (i64.const 0) (local.get $at)))

  ;; Returns the address of $new_size bytes that start with the block's own.
  (func $realloc (param $ptr i64) (param $old_size i64) (param $align i64) (param $new_size i64) (result i64)
    (local $more i64)  ;; the bytes to add
    (local $after i64) ;; minus the number of bytes from the block's end to top
    (local $block i64) ;; the new block
    ;; The newest block ends at top, and grows into the rest of top's page.
    (if (i32.and
        (i64.ge_u
          (i64.and (global.get $top) (i64.const 0xffff))
          (local.tee $more (i64.sub (local.get $new_size) (local.get $old_size))))
        (i64.eqz
          (local.tee $after
            (i64.add (global.get $top) (i64.add (local.get $ptr) (local.get $old_size))))))
      (then
        (global.set $top (i64.sub (global.get $top) (local.get $more)))
        (return (local.get $ptr))))
    (if (i64.le_u (local.get $new_size) (local.get $old_size))
      (then
        ;; A block that shrinks stays. The bytes that it gives up are not handed out
        ;; again, so no block is ever made of used bytes.
        (return (local.get $ptr))))
    ;; The newest block grows by a block of its own behind it, unless foreign pages
    ;; are there.
    (if (i64.eqz (i64.or (local.get $after) (i64.shl (i64.add (memory.size) (i64.shr_u (global.get $top) (i64.const 16))) (i64.const 16))))
      (then
        (return
          (select
            (local.get $ptr)
            (i64.const 0)
            (i32.eqz (i64.eqz (call $alloc (local.get $more) (i64.const 1))))))))
    ;; Any other block moves.
    (if (i32.eqz (i64.eqz (local.tee $block (call $alloc (local.get $new_size) (local.get $align)))))
      (then
        (memory.copy (local.get $block) (local.get $ptr) (local.get $old_size))))
    (local.get $block))

  ;; A header of 16 bytes keeps what follows aligned. Its last 8 bytes hold the size,
  ;; which realloc and malloc_usable_size are not told.
  (func $malloc (param $size i64) (result i64)
    (local $block i64)
    (if (i64.gt_u (local.get $size) (i64.const -17))
      (then
        (return (i64.const 0))))
    ;; A size of 0 counts as 1, so that the address is never 2^64, which is null.
    (local.set $block
      (call $alloc
        (i64.add (i64.or (local.get $size) (i64.extend_i32_u (i64.eqz (local.get $size)))) (i64.const 16))
        (i64.const 16)))
    (if (i64.eqz (local.get $block))
      (then (return (i64.const 0))))
    (i64.store offset=8 (local.get $block) (local.get $size))
    (i64.add (local.get $block) (i64.const 16)))

  ;; Memory is never reused, so there is nothing to do.
  (func $free (param $ptr i64))

  (func $calloc (param $count i64) (param $size i64) (result i64)
    (local $block i64)
    (local $bytes i64)
    (local.set $bytes (i64.mul (local.get $count) (local.get $size)))
    (local.set $block (call $malloc (local.tee $size (local.get $bytes))))
    (local.get $block))

  ;; A block that shrinks stays and keeps its
  ;; size, so that it can grow into the rest again.
  (func $c_realloc (param $ptr i64) (param $size i64) (result i64)
    (local $block i64)
    (local $old_size i64)
    (if (i64.eqz (local.get $ptr))
      (then (return (call $malloc (local.get $size)))))
    (local.set $old_size (i64.load (i64.sub (local.get $ptr) (i64.const 8))))
    (if (i64.le_u (local.get $size) (local.get $old_size))
      (then
        (return (local.get $ptr))))
    (if (i64.gt_u (local.get $size) (i64.const -17))
      (then
        (return (i64.const 0))))
    (local.set $block
      (call $realloc
        (i64.sub (local.get $ptr) (i64.const 16))
        (i64.add (local.get $old_size) (i64.const 16))
        (i64.const 16)
        (i64.add (local.get $size) (i64.const 16))))
    (if (i64.eqz (local.get $block))
      (then (return (i64.const 0))))
    (i64.store offset=8 (local.get $block) (local.get $size))
    (i64.add (local.get $block) (i64.const 16)))

  ;; The header is as long as the alignment, but at least 16 bytes.
  (func $aligned_alloc (param $align i64) (param $size i64) (result i64)
    (local $block i64)
    ;; Not a power of two?
    (if (i32.eqz (i64.eqz (i64.or
            (i64.extend_i32_u (i64.eqz (local.get $align)))
            (i64.and (local.get $align) (i64.sub (local.get $align) (i64.const 1))))))
      (then
        (return (i64.const 0))))
    (if (i64.lt_u (local.get $align) (i64.const 16))
      (then (local.set $align (i64.const 16))))
    ;; Would the sum be 2^64 or more?
    (if (i64.gt_u (local.get $size) (i64.xor (local.get $align) (i64.const -1)))
      (then
        (return (i64.const 0))))
    ;; A size of 0 counts as 1, so that the address is never 2^64, which is null.
    (local.set $block
      (call $alloc
        (i64.add (i64.or (local.get $size) (i64.extend_i32_u (i64.eqz (local.get $size)))) (local.get $align))
        (local.get $align)))
    (if (i64.eqz (local.get $block))
      (then (return (i64.const 0))))
    (local.set $block (i64.add (local.get $block) (local.get $align)))
    (i64.store (i64.sub (local.get $block) (i64.const 8)) (local.get $size))
    (local.get $block))

  ;; In WASI, 28 is EINVAL and 48 is ENOMEM.
  (func $posix_memalign (param $out i64) (param $align i64) (param $size i64) (result i32)
    (local $block i64)
    ;; Not a power of two, or less than the size of a pointer, 8 bytes?
    (if (i32.eqz (i64.eqz (i64.or
            (i64.extend_i32_u (i64.lt_u (local.get $align) (i64.const 8)))
            (i64.and (local.get $align) (i64.sub (local.get $align) (i64.const 1))))))
      (then (return (i32.const 28))))
    (local.set $block (call $aligned_alloc (local.get $align) (local.get $size)))
    (if (i64.eqz (local.get $block))
      (then (return (i32.const 48))))
    (i64.store (local.get $out) (local.get $block))
    (i32.const 0))

  (func $malloc_usable_size (param $ptr i64) (result i64)
    (if (i64.eqz (local.get $ptr))
      (then (return (i64.const 0))))
    (i64.load (i64.sub (local.get $ptr) (i64.const 8))))

  (export "malloc" (func $malloc))
  (export "free" (func $free))
  (export "calloc" (func $calloc))
  (export "realloc" (func $c_realloc))
  (export "aligned_alloc" (func $aligned_alloc))
  (export "posix_memalign" (func $posix_memalign))
  (export "malloc_usable_size" (func $malloc_usable_size))
)
