;; SPDX-License-Identifier: MIT OR Apache-2.0
;; core.wat under the names of C.
(module
  (memory (export "memory") 100)
  (global $next (mut i32) (i32.const 1024))
  (func (export "malloc") (param $size i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func (export "calloc") (param $count i32) (param $size i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (i32.mul (local.get $count) (local.get $size)))))
  (func (export "free") (param i32)))
