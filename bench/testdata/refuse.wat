;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Meets two requests. Traps where zeroes are asked for.
(module
  (memory (export "memory") 1)
  (global $left (mut i32) (i32.const 2))
  (func (export "alloc") (param i32 i32) (result i32)
    (if (i32.eqz (global.get $left)) (then (return (i32.const 0))))
    (global.set $left (i32.sub (global.get $left) (i32.const 1)))
    (i32.const 1024))
  (func (export "alloc_zeroed") (param i32 i32) (result i32)
    (unreachable)))
