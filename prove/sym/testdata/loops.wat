;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Loops that the executor cuts at their headers.
(module
  (memory 1)
  (func (export "copy down") (param $to i32) (param $from i32) (param $n i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (i32.store8
          (i32.add (local.get $to) (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
          (i32.load8_u (i32.add (local.get $from) (local.get $n))))
        (br $next))))
  (func (export "copy up") (param $to i32) (param $from i32) (param $n i32)
    (loop $next
      (if (local.get $n)
        (then
          (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $next)))))
  (func (export "fill to an end") (param $at i32) (param $value i32) (param $n i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.and (local.get $n) (i32.const 0xffff))))
    (if (i32.ne (local.get $at) (local.get $end))
      (then
        (loop $next
          (i32.store8 offset=3 (local.get $at) (local.get $value))
          (br_if $next
            (i32.ne
              (local.tee $at (i32.add (local.get $at) (i32.const 1)))
              (local.get $end)))))))
  (func (export "words") (param $at i32) (param $n i32) (param $unused i32) (result i32)
    (loop $next
      (i64.store (local.get $at) (i64.const 0x0101010101010101))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $at))
  ;; Not one Fill: the rounds write what is not the same byte.
  (func (export "count") (param $at i32) (param $n i32) (param $unused i32) (result i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (i32.store8 (local.get $at) (local.get $n))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $at)))
