;; A bump allocator for threads. A thread's chunk is in its globals. It comes from the
;; first page, of which the word at 1024 counts the bytes taken, or from memory.grow.
;; CONTRACT --strategy=any --memory=import --heap-base=1024
(module
  (import "env" "memory" (memory 1 1024 shared))
  (global $top (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 0))
  (func $first (param $bytes i32) (result i32)
    (local $taken i32)
    (loop $again
      (local.set $taken (i32.atomic.load (i32.const 1024)))
      (if (i32.gt_u (i32.add (local.get $taken) (local.get $bytes)) (i32.const 64504))
        (then (return (i32.const 0))))
      (br_if $again
        (i32.ne
          (local.get $taken)
          (i32.atomic.rmw.cmpxchg (i32.const 1024) (local.get $taken) (i32.add (local.get $taken) (local.get $bytes))))))
    (i32.add (i32.const 1032) (local.get $taken)))
  (func $chunk (param $at i32) (param $bytes i32)
    (global.set $top (local.get $at))
    (global.set $end (i32.add (local.get $at) (local.get $bytes))))
  (func $alloc (param $size i32) (param $align i32) (result i32)
    (local $at i32) (local $pages i32) (local $page i32)
    (if (i32.gt_u (local.get $size) (i32.const 0x7fff0000)) (then (return (i32.const 0))))
    (loop $retry
      (local.set $at
        (i32.and
          (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (if (i32.le_u (i32.add (local.get $at) (local.get $size)) (global.get $end))
        (then
          (global.set $top (i32.add (local.get $at) (local.get $size)))
          (return (local.get $at))))
      (if (i32.le_u (i32.add (local.get $size) (local.get $align)) (i32.const 4096))
        (then
          (if (local.tee $page (call $first (i32.const 4096)))
            (then
              (call $chunk (local.get $page) (i32.const 4096))
              (br $retry)))))
      (local.set $pages (i32.shr_u (i32.add (local.get $size) (i32.const 0xffff)) (i32.const 16)))
      (local.set $page (memory.grow (local.get $pages)))
      (if (i32.eq (local.get $page) (i32.const -1)) (then (return (i32.const 0))))
      (local.set $at (i32.shl (local.get $page) (i32.const 16)))
      (local.set $pages (i32.shl (local.get $pages) (i32.const 16)))
      (if (i32.eq (local.get $at) (global.get $end))
        (then
          (global.set $end (i32.add (global.get $end) (local.get $pages)))
          (br $retry)))
      (if (i32.ge_u (i32.sub (local.get $pages) (local.get $size)) (i32.sub (global.get $end) (global.get $top)))
        (then
          (call $chunk (local.get $at) (local.get $pages))
          (br $retry))))
    (local.get $at))
  (func $dealloc (param $ptr i32) (param $size i32) (param $align i32))
  (func $realloc (param $ptr i32) (param $old_size i32) (param $align i32) (param $new_size i32) (result i32)
    (local $at i32)
    (if (i32.le_u (local.get $new_size) (local.get $old_size)) (then (return (local.get $ptr))))
    (if (local.tee $at (call $alloc (local.get $new_size) (local.get $align)))
      (then (memory.copy (local.get $at) (local.get $ptr) (local.get $old_size))))
    (local.get $at))
  (export "alloc" (func $alloc))
  (export "alloc_zeroed" (func $alloc))
  (export "dealloc" (func $dealloc))
  (export "realloc" (func $realloc)))
