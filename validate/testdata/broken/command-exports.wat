;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --abi=c --functions=malloc,free --strategy=any
;; ERROR "signatures" command
;;
;; The same without _start, which leaves the constructors to tell by.
(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))

  (func $constructors
    (i32.store (i32.const 16) (call $alloc (i32.const 100))))

  (func $alloc (param $size i32) (result i32)
    (local $ptr i32)
    (local.set $ptr (global.get $top))
    (global.set $top (i32.and (i32.const -16) (i32.add (i32.const 15) (i32.add (local.get $ptr) (local.get $size)))))
    (local.get $ptr))

  (func (export "malloc") (param $size i32) (result i32)
    (call $constructors)
    (call $alloc (local.get $size)))

  (func (export "free") (param $ptr i32)
    (call $constructors)))
