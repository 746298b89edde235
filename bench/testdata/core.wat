;; SPDX-License-Identifier: MIT OR Apache-2.0
;; The cheapest alloc there is: room for all workloads from the start, no checks.
(module
  (memory (export "memory") 100)
  (global $next (mut i32) (i32.const 1024))
  (func (export "alloc") (param $size i32) (param $align i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func (export "dealloc") (param i32 i32 i32)))
