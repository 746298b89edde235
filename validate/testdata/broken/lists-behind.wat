;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --strategy=lists --split=false --classes=1 --max-block=64 --heap-base=65336 --functions=alloc,dealloc
;; ERROR "pieces" reuse
;;
;; What is left of the region in front of somebody else's pages goes to no list.
(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 65360))    ;; the region, behind the heads
  (global $limit (mut i32) (i32.const 65536)) ;; its end

  ;; The address of the head for a class: log2 of its bytes, 3 at least.
  (func $head (param $size i32) (param $align i32) (result i32)
    (i32.add
      (i32.const 65324)
      (i32.shl
        (i32.sub
          (i32.const 32)
          (i32.clz
            (i32.or
              (i32.or
                (i32.sub (local.get $size) (i32.ne (local.get $size) (i32.const 0)))
                (i32.sub (local.get $align) (i32.const 1)))
              (i32.const 7))))
        (i32.const 2))))

  (func $alloc (export "alloc") (param $size i32) (param $align i32) (result i32)
    (local $head i32)
    (local $block i32)
    (local $end i32) ;; of the memory
    (if (i32.gt_u (local.tee $head (call $head (local.get $size) (local.get $align))) (i32.const 65348))
      (then (return (i32.const 0))))
    (if (local.tee $block (i32.load (local.get $head)))
      (then
        (i32.store (local.get $head) (i32.load (local.get $block)))
        (return (local.get $block))))
    (local.set $size (i32.shl (i32.const 1) (i32.shr_u (i32.sub (local.get $head) (i32.const 65324)) (i32.const 2))))
    (local.set $block (call $up (global.get $top) (local.get $size)))
    (if (i32.gt_u (i32.add (local.get $block) (local.get $size)) (global.get $limit))
      (then
        (local.set $end (i32.shl (memory.size) (i32.const 16)))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
          (then (return (i32.const 0))))
        (if (i32.ne (local.get $end) (global.get $limit))
          (then
            ;; Here (call $give (global.get $top) (global.get $limit)) is missing.
            (global.set $top (local.tee $block (local.get $end)))))
        (global.set $limit (i32.add (local.get $end) (i32.const 65536)))))
    (call $give (global.get $top) (local.get $block))
    (global.set $top (i32.add (local.get $block) (local.get $size)))
    (local.get $block))

  (func $up (param $at i32) (param $size i32) (result i32)
    (i32.and
      (i32.add (local.get $at) (i32.sub (local.get $size) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $size))))

  ;; Cuts memory into blocks and frees them.
  (func $give (param $from i32) (param $to i32)
    (local $size i32)
    (loop $next
      (if (i32.ne (local.get $from) (local.get $to))
        (then
          (local.set $size (i32.or (local.get $from) (local.get $to)))
          (local.set $size (i32.and (local.get $size) (i32.sub (i32.const 0) (local.get $size))))
          (call $dealloc (local.get $from) (local.get $size) (i32.const 1))
          (local.set $from (i32.add (local.get $from) (local.get $size)))
          (br $next)))))

  (func $dealloc (export "dealloc") (param $ptr i32) (param $size i32) (param $align i32)
    (i32.store (local.get $ptr) (i32.load (local.tee $size (call $head (local.get $size) (local.get $align)))))
    (i32.store (local.get $size) (local.get $ptr))))
