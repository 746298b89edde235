;; Free lists for threads, of blocks of 16 bytes. A thread has a list of up to two blocks
;; and a spare batch of two; further batches are on one stack for all threads, whose head at
;; 1032 is an address and, in the upper half, how often a batch was taken.
;; The word at 1024 counts the bytes taken of the first page. Each thread takes it whole.
;; CONTRACT --strategy=any --memory=import --heap-base=1024 --functions=alloc,dealloc,realloc
(module
  (import "env" "memory" (memory 1 1024 shared))
  (global $top (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 0))
  (global $list (mut i32) (i32.const 0))
  (global $count (mut i32) (i32.const 0))
  (global $spare (mut i32) (i32.const 0))
  (func $bump (param $size i32) (result i32)
    (local $at i32) (local $bytes i32)
    (local.set $size (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -16)))
    (if (i32.gt_u (local.get $size) (i32.sub (global.get $end) (global.get $top)))
      (then
        (local.set $bytes (i32.and (i32.add (local.get $size) (i32.const 0xffff)) (i32.const -65536)))
        (local.set $at (memory.grow (i32.shr_u (local.get $bytes) (i32.const 16))))
        (if (i32.eq (local.get $at) (i32.const -1)) (then (return (i32.const 0))))
        (local.set $at (i32.shl (local.get $at) (i32.const 16)))
        (if (i32.ne (local.get $at) (global.get $end))
          (then
            (if (i32.gt_u (i32.sub (global.get $end) (global.get $top)) (i32.sub (local.get $bytes) (local.get $size)))
              (then (return (local.get $at))))
            (global.set $top (local.get $at))))
        (global.set $end (i32.add (local.get $at) (local.get $bytes)))))
    (local.set $at (global.get $top))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $push (param $batch i32)
    (local $head i64)
    (loop $again
      (local.set $head (i64.atomic.load (i32.const 1032)))
      (i32.atomic.store offset=4 (local.get $batch) (i32.wrap_i64 (local.get $head)))
      (br_if $again
        (i64.ne
          (local.get $head)
          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)
            (i64.or
              (i64.and (local.get $head) (i64.const 0xffffffff00000000))
              (i64.extend_i32_u (local.get $batch))))))))
  (func $pop (result i32)
    (local $head i64)
    (loop $again
      (local.set $head (i64.atomic.load (i32.const 1032)))
      (if (i32.eqz (i32.wrap_i64 (local.get $head))) (then (return (i32.const 0))))
      (br_if $again
        (i64.ne
          (local.get $head)
          (i64.atomic.rmw.cmpxchg (i32.const 1032) (local.get $head)
            (i64.or
              (i64.and (i64.add (local.get $head) (i64.const 0x100000000)) (i64.const 0xffffffff00000000))
              (i64.extend_i32_u (i32.atomic.load offset=4 (i32.wrap_i64 (local.get $head)))))))))
    (i32.wrap_i64 (local.get $head)))
  (func $small (param $size i32) (param $align i32) (result i32)
    (i32.and (i32.le_u (local.get $size) (i32.const 16)) (i32.le_u (local.get $align) (i32.const 16))))
  (func $alloc (param $size i32) (param $align i32) (result i32)
    (local $at i32)
    (if (i32.gt_u (local.get $size) (i32.const 0x7fff0000)) (then (return (i32.const 0))))
    (if (i32.eqz (call $small (local.get $size) (local.get $align)))
      (then
        (if (i32.le_u (local.get $align) (i32.const 16)) (then (return (call $bump (local.get $size)))))
        (if (local.tee $at (call $bump (i32.add (local.get $size) (local.get $align))))
          (then
            (local.set $at
              (i32.and
                (i32.add (local.get $at) (local.get $align))
                (i32.sub (i32.const 0) (local.get $align))))))
        (return (local.get $at))))
    (if (i32.eqz (global.get $list))
      (then
        (global.set $list (global.get $spare))
        (global.set $spare (i32.const 0))
        (if (i32.eqz (global.get $list)) (then (global.set $list (call $pop))))
        (if (i32.eqz (global.get $list)) (then (return (call $bump (i32.const 16)))))
        (global.set $count (i32.const 2))))
    (local.set $at (global.get $list))
    (global.set $list (i32.load (local.get $at)))
    (global.set $count (i32.sub (global.get $count) (i32.const 1)))
    (local.get $at))
  (func $dealloc (param $ptr i32) (param $size i32) (param $align i32)
    (if (i32.eqz (call $small (local.get $size) (local.get $align))) (then (return)))
    (if (i32.eq (global.get $count) (i32.const 2))
      (then
        (if (global.get $spare) (then (call $push (global.get $spare))))
        (global.set $spare (global.get $list))
        (global.set $list (i32.const 0))
        (global.set $count (i32.const 0))))
    (i32.store (local.get $ptr) (global.get $list))
    (global.set $list (local.get $ptr))
    (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $realloc (param $ptr i32) (param $old_size i32) (param $align i32) (param $new_size i32) (result i32)
    (local $at i32)
    (if (i32.le_u (local.get $new_size) (local.get $old_size)) (then (return (local.get $ptr))))
    (if (local.tee $at (call $alloc (local.get $new_size) (local.get $align)))
      (then
        (memory.copy (local.get $at) (local.get $ptr) (local.get $old_size))
        (call $dealloc (local.get $ptr) (local.get $old_size) (local.get $align))))
    (local.get $at))
  (export "alloc" (func $alloc))
  (export "dealloc" (func $dealloc))
  (export "realloc" (func $realloc)))
