;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --abi=c --functions=malloc --heap-base=linker
;; ERROR "errno" errno
;;
;; errno stays as it is.
(module
  (import "env" "__linear_memory" (memory 1))
  (import "env" "__heap_base" (global $base i32))
  (import "env" "__heap_end" (global $end i32))
  (import "env" "errno" (global $errno i32))
  (global $top (mut i64) (i64.const 0)) ;; end of what is handed out; 0 before the first call

  (func (export "malloc") (param $size i32) (result i32)
    (local $ptr i64) (local $pages i64)
    (if (i64.eqz (global.get $top))
      (then (global.set $top (i64.extend_i32_u (global.get $base)))))
    (local.set $ptr (i64.and (i64.add (global.get $top) (i64.const 31)) (i64.const -16)))
    (local.set $pages
      (i64.sub
        (i64.shr_u
          (i64.add (i64.add (local.get $ptr) (i64.extend_i32_u (local.get $size))) (i64.const 65535))
          (i64.const 16))
        (i64.extend_i32_u (memory.size))))
    (if (i64.gt_s (local.get $pages) (i64.const 0))
      (then
        (if (i32.eq (memory.grow (i32.wrap_i64 (local.get $pages))) (i32.const -1))
          (then
            (return (i32.const 0))))))
    (global.set $top (i64.add (local.get $ptr) (i64.extend_i32_u (local.get $size))))
    (i32.wrap_i64 (local.get $ptr))))
