;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Control flow of every kind, and state.
(module
  (memory 0 40)
  (global $a (mut i32) (i32.const 0))
  (global $b (mut i64) (i64.const 0))
  (global $c i32 (i32.const 7))

  (func $switch (export "switch") (param $i i32) (param $x i32) (result i32)
    (block $three
      (block $two
        (block $one
          (br_table $one $two $one $three (local.get $i)))
        (return (i32.add (local.get $x) (i32.const 100))))
      (if (result i32) (i32.lt_s (local.get $x) (i32.const 0))
        (then (br_if $three (i32.eq (local.get $x) (i32.const -1))) (i32.const 5))
        (else (i32.const 6)))
      (global.set $a))
    (i32.sub (local.get $x) (global.get $a)))

  (func $pair (param $x i32) (result i32 i32)
    (block $out (result i32 i32)
      (br_if $out (local.get $x) (i32.const 1) (i32.and (local.get $x) (i32.const 4)))
      (drop) (drop)
      (i32.const 3) (global.get $c)))

  (func (export "calls") (param $x i32) (param $y i32) (result i32)
    (call $pair (local.get $x))
    (i32.mul)
    (call $switch (local.get $y))
    (drop)
    (return_call $switch (local.get $y) (local.get $x)))

  (func (export "grow and retry") (param $want i32) (param $y i32) (result i32)
    (local $tries i32)
    (loop $again (result i32)
      (if (result i32) (i32.ge_u (memory.size) (local.get $want))
        (then (local.get $tries))
        (else
          (if (i32.eq (memory.grow (i32.sub (local.get $want) (memory.size))) (i32.const -1))
            (then (return (i32.const -1))))
          (local.set $tries (i32.add (local.get $tries) (i32.const 1)))
          (br $again)))))

  (func (export "two grows") (param $x i32) (param $y i32) (result i32)
    (i32.add
      (memory.grow (local.get $x))
      (i32.shl (memory.grow (local.get $y)) (i32.const 8))))

  (func (export "memory") (param $p i32) (param $q i32) (result i32)
    (i64.store16 offset=2 (local.get $p) (i64.extend_i32_s (local.get $q)))
    (i32.store (local.get $q) (i32.load16_s (local.get $p)))
    (memory.copy (local.get $p) (local.get $q) (i32.const 9))
    (memory.fill (i32.add (local.get $p) (i32.const 5)) (local.get $q) (i32.and (local.get $p) (i32.const 31)))
    (global.set $b (i64.load32_u (local.get $q)))
    (i32.add (i32.load8_u (local.get $p)) (i32.load offset=1 (local.get $q))))

  ;; Calls itself no more than once, but that is not known to the executor.
  (func $recursive (export "recursive") (param $x i32) (param $y i32) (result i32)
    (if (result i32) (i32.and (local.get $x) (i32.const 1))
      (then (call $recursive (i32.shl (local.get $x) (i32.const 1)) (local.get $y)))
      (else (i32.sub (local.get $x) (local.get $y)))))

  (func (export "traps") (param $x i32) (param $y i32) (result i32)
    (if (i32.eq (local.get $x) (local.get $y)) (then unreachable))
    (select (i32.div_u (local.get $x) (local.get $y)) (i32.rem_u (local.get $y) (local.get $x))
      (i32.rotl (local.get $x) (local.get $y)))))
