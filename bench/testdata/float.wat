;; SPDX-License-Identifier: MIT OR Apache-2.0
;; core.wat with an instruction that Stylus does not allow.
(module
  (memory (export "memory") 100)
  (global $next (mut i32) (i32.const 1024))
  (func (export "alloc") (param $size i32) (param $align i32) (result i32)
    (drop (f32.const 0))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size)))))
