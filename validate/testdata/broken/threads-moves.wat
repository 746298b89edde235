;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --threads
;; ERROR "in-place" in-place
;;
;; The newest block grows in place within the chunk only, though pages behind it could be had.
(module

  (import "env" "memory" (memory 1 65536 shared))

  ;; Minus top and minus the end of the chunk, which is empty at the start.
  (global $top (mut i32) (i32.const 0))
  (global $ours (mut i32) (i32.const 0))

  ;; Returns the address of $size bytes that are 0, a multiple of $align.
  (func $alloc (param $size i32) (param $align i32) (result i32)
    (local $at i32)    ;; minus the block's address
    (local $need i32)  ;; the block's bytes, and then the pages that hold it
    (local $pages i32) ;; the pages to claim
    (local $from i32)  ;; the number of the first one, and then minus its address
    (local $to i32)    ;; minus the address at which they end
    (block $placed
      (block $fits
        ;; Pages are owned whole, so the rest of top's page is free. A smaller
        ;; block fits without another check.
        (br_if $fits
          (i32.gt_u
            (i32.and
              (local.tee $at (i32.and (global.get $top) (i32.sub (i32.const 0) (local.get $align))))
              (i32.const 0xffff))
            (local.get $size)))
        ;; Does the block end within the chunk? The end is computed in 64 bits, which are
        ;; enough for one beyond 2^32. A size of 0 counts as 1, as at 2^32 the address of such
        ;; a block would be null.
        (br_if $fits
          (i64.ge_s
            (i64.sub
              (i64.extend_i32_u (local.get $at))
              (i64.extend_i32_u (local.tee $need (i32.or (local.get $size) (i32.eqz (local.get $size))))))
            (i64.extend_i32_u (global.get $ours))))
        ;; No: claim a chunk, or the pages that hold the block wherever they lie, if it would
        ;; be a large part of a chunk or that is refused. The result is the number of the
        ;; first page, at most 2^16, whose clz is not 0, or -1, whose clz is 0.
        (block $claimed
          (br_if $claimed (i32.clz (local.tee $from (memory.grow (local.tee $pages
                    (select
                      (local.tee $need
                        (i32.wrap_i64
                          (i64.shr_u
                            (i64.add (i64.extend_i32_u (local.get $need)) (i64.extend_i32_u (i32.or (local.get $align) (i32.const 0xffff))))
                            (i64.const 16))))
                      (i32.const 16)
                      (i32.gt_u (local.get $need) (i32.const 4))))))))
          (br_if $claimed (i32.clz (local.tee $from (memory.grow (local.tee $pages (local.get $need))))))
          (return (i32.const 0)))
        ;; The chunk will end where the pages do. That address is left on the stack.
        (local.tee $to
          (i32.sub
            (local.tee $from (i32.mul (local.get $from) (i32.const -65536)))
            (i32.shl (local.get $pages) (i32.const 16))))
        ;; If the pages prolong the chunk, the block has its place.
        (if (i32.ne (local.get $from) (global.get $ours))
          (then
            ;; Otherwise it lies in them, and the larger rest is the chunk from now on.
            (br_if $placed
              (i32.lt_u
                (i32.sub
                  (i32.sub (local.tee $at (i32.and (local.get $from) (i32.sub (i32.const 0) (local.get $align)))) (local.get $size))
                  (local.get $to))
                (i32.sub (global.get $top) (global.get $ours))))))
        (global.set $ours))

      ;; The next block starts where this one ends.
      (global.set $top (i32.sub (local.get $at) (local.get $size))))
    (i32.sub (i32.const 0) (local.get $at)))

  ;; Memory is never reused, so there is nothing to do.
  (func $dealloc (param $ptr i32) (param $size i32) (param $align i32))

  ;; Returns the address of $new_size bytes that start with the block's own.
  (func $realloc (param $ptr i32) (param $old_size i32) (param $align i32) (param $new_size i32) (result i32)
    (local $end i32)   ;; where the block ends
    (local $more i32)  ;; the bytes to add
    (local $block i32) ;; the new block
    (block $stay
      ;; A block that shrinks stays. The bytes that it gives up are not handed out
      ;; again, so no block is ever made of used bytes.
      (br_if $stay (i32.le_u (local.get $new_size) (local.get $old_size)))
      ;; The block that ends at top grows by a block of its own behind it, within the chunk.
      (if (i32.eqz
          (i32.or
            (i32.add (global.get $top) (local.tee $end (i32.add (local.get $ptr) (local.get $old_size))))
            (i32.mul
              (i32.gt_u
                (local.tee $more (i32.sub (local.get $new_size) (local.get $old_size)))
                (i32.sub (global.get $top) (global.get $ours)))
              (i32.const 1))))
        (then
          ;; It is elsewhere if another thread grew the memory just now.
          (br_if $stay (i32.eq (call $alloc (local.get $more) (i32.const 1)) (local.get $end)))))
      ;; Any other block moves.
      (if (local.tee $block (call $alloc (local.get $new_size) (local.get $align)))
        (then
          (memory.copy (local.get $block) (local.get $ptr) (local.get $old_size))))
      (return (local.get $block)))
    (local.get $ptr))

  (export "alloc" (func $alloc))
  (export "alloc_zeroed" (func $alloc))
  (export "dealloc" (func $dealloc))
  (export "realloc" (func $realloc))
)
