;; SPDX-License-Identifier: MIT OR Apache-2.0
;; CONTRACT --functions=alloc,dealloc --debug=call
;; ERROR "misuse" misuse
;;
;; A block that is given back twice is reported as one that was never given out.
(module

  (import "genalloc" "fault" (func $fault (param i32 i32 i32)))

  (memory (export "memory") 1)

  ;; Minus top.
  (global $top (mut i32) (i32.const -1024))

  ;; The youngest live block, how often blocks were given out, and how many allocations
  ;; these were.
  (global $live (mut i32) (i32.const 0))
  (global $age (mut i32) (i32.const 0))
  (global $number (mut i32) (i32.const 0))
  ;; The quarantine: the blocks given back first and last that are in it, and how many are.
  (global $first (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))
  (global $held (mut i32) (i32.const 0))

  ;; Returns the address of $size bytes that are 0, a multiple of $align.
  (func $alloc (param $size i32) (param $align i32) (result i32)
    (local $at i32)    ;; minus the block's address
    (local $ours i32)  ;; the end of the owned pages, in pages below 4 GiB
    (local $short i32) ;; the pages that the block lacks
    (local $block i32) ;; the block behind foreign pages
    (block $fits
      ;; Pages are owned whole, so the rest of top's page is free. A smaller
      ;; block fits without another check.
      (br_if $fits
        (i32.gt_u
          (i32.and
            (local.tee $at (i32.and (global.get $top) (i32.sub (i32.const 0) (local.get $align))))
            (i32.const 0xffff))
          (local.get $size)))
      ;; Are pages lacking, and do foreign pages follow the owned ones? The product is
      ;; 0 only if one of the two numbers is: they are too small for it to wrap around
      ;; to 0. The owned pages end with top's page. The block's last page is computed
      ;; in 64 bits. It is negative if the block would end beyond 2^32, and for a block
      ;; of size 0 at 2^32, whose address would be null.
      (if (i32.mul
          (local.tee $short
            (i32.sub
              (local.tee $ours (i32.shr_u (global.get $top) (i32.const 16)))
              (i32.wrap_i64
                (i64.shr_s
                  (i64.sub
                    (i64.extend_i32_u (local.get $at))
                    (i64.extend_i32_u (i32.or (local.get $size) (i32.eqz (local.get $at)))))
                  (i64.const 16)))))
          (i32.extend16_s (i32.add (memory.size) (local.get $ours))))
        (then
          ;; Start again at the memory's end; if that fails, put top back.
          (local.set $at (global.get $top))
          (global.set $top (i32.sub (i32.const 0) (i32.shl (memory.size) (i32.const 16))))
          (if (i32.eqz (local.tee $block (call $alloc (local.get $size) (local.get $align))))
            (then (global.set $top (local.get $at))))
          (return (local.get $block))))
      ;; No: grow by exactly the pages that are lacking, which may be 0. The result is
      ;; the old size, at most 2^16, whose clz is not 0, or -1, whose clz is 0.
      (br_if $fits (i32.clz (memory.grow (local.get $short))))
      (return (i32.const 0)))

    ;; The next block starts where this one ends.
    (global.set $top (i32.sub (local.get $at) (local.get $size)))
    (i32.sub (i32.const 0) (local.get $at)))

  ;; Memory is never reused, so there is nothing to do.
  (func $dealloc (param $ptr i32) (param $size i32) (param $align i32))

  ;; Returns what the seal of a block's header should be.
  (func $seal (param $ptr i32) (result i32)
    (i32.xor
      (i32.xor
        (i32.load (i32.sub (local.get $ptr) (i32.const 40)))
        (i32.rotl (i32.load (i32.sub (local.get $ptr) (i32.const 36))) (i32.const 7)))
      (i32.xor
        (i32.rotl (i32.load (i32.sub (local.get $ptr) (i32.const 32))) (i32.const 13))
        (i32.xor
          (i32.rotl (i32.load (i32.sub (local.get $ptr) (i32.const 28))) (i32.const 19))
          (i32.xor (local.get $ptr) (i32.const 0x5ea1ed))))))

  ;; Returns what a header says of its block: 1 for live, 2 for given back, 0 for neither.
  (func $state (param $ptr i32) (result i32)
    (local $state i32)
    (local.set $state (i32.xor (i32.load (i32.sub (local.get $ptr) (i32.const 24))) (local.get $ptr)))
    (i32.or
      (i32.eq (local.get $state) (i32.const 0x11fe11fe))
      (i32.shl (i32.eq (local.get $state) (i32.const 0x0ff0ff0f)) (i32.const 1))))

  ;; Writes the guards around a block.
  (func $guard (param $ptr i32)
    (local $end i32)
    (i64.store (i32.sub (local.get $ptr) (i32.const 16)) (i64.const 0xc5c5c5c5c5c5c5c5))
    (i64.store (i32.sub (local.get $ptr) (i32.const 8)) (i64.const 0xc5c5c5c5c5c5c5c5))
    (local.set $end (i32.add (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40)))))
    (i64.store align=1 (local.get $end) (i64.const 0xc5c5c5c5c5c5c5c5))
    (i64.store offset=8 align=1 (local.get $end) (i64.const 0xc5c5c5c5c5c5c5c5)))

  ;; Returns the kind of damage around a block: 0 for none, 1 behind it, 2 in front of it, and
  ;; 3 where its header cannot be relied on.
  (func $damage (param $ptr i32) (result i32)
    (local $end i32)
    (if (i32.or
        (i32.ne (call $seal (local.get $ptr)) (i32.load (i32.sub (local.get $ptr) (i32.const 20))))
        (i32.eqz (call $state (local.get $ptr))))
      (then (return (i32.const 3))))
    (if (i32.eqz
        (i32.and
          (i64.eq (i64.load (i32.sub (local.get $ptr) (i32.const 16))) (i64.const 0xc5c5c5c5c5c5c5c5))
          (i64.eq (i64.load (i32.sub (local.get $ptr) (i32.const 8))) (i64.const 0xc5c5c5c5c5c5c5c5))))
      (then (return (i32.const 2))))
    (local.set $end (i32.add (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40)))))
    (i32.eqz
      (i32.and
        (i64.eq (i64.load align=1 (local.get $end)) (i64.const 0xc5c5c5c5c5c5c5c5))
        (i64.eq (i64.load offset=8 align=1 (local.get $end)) (i64.const 0xc5c5c5c5c5c5c5c5)))))

  ;; Reports damage around a live block, and returns whether its header can be relied on.
  (func $whole (param $ptr i32) (result i32)
    (local $damage i32)
    (if (i32.eqz (local.tee $damage (call $damage (local.get $ptr))))
      (then (return (i32.const 1))))
    (if (i32.eq (local.get $damage) (i32.const 3))
      (then
        (call $fault (i32.const 2) (local.get $ptr) (i32.const 0))
        (return (i32.const 0))))
    (call $fault (local.get $damage) (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40))))
    (call $guard (local.get $ptr))
    (i32.const 1))

  ;; Returns what is at an address: 1 for a live block, 2 for one that was given back, 0 for
  ;; none.
  (func $known (param $ptr i32) (result i32)
    (local $at i32)
    (local $state i32)
    (if (i32.or
        (i32.or
          (i32.lt_u (local.get $ptr) (i32.const 48))
          (i32.and (local.get $ptr) (i32.const 15)))
        (i32.ge_u (i32.shr_u (local.get $ptr) (i32.const 16)) (memory.size)))
      (then (return (i32.const 0))))
    (if (local.tee $state (call $state (local.get $ptr)))
      (then (return (local.get $state))))
    (local.set $at (global.get $live))
    (block $ended
      (loop $next
        (br_if $ended (i32.eqz (local.get $at)))
        (if (i32.eq (local.get $at) (local.get $ptr))
          (then (return (i32.const 1))))
        (br_if $ended (i32.ne (call $seal (local.get $at)) (i32.load (i32.sub (local.get $at) (i32.const 20)))))
        (local.set $at (i32.load (i32.sub (local.get $at) (i32.const 48))))
        (br $next)))
    (i32.const 0))

  ;; Returns whether a block can be given back or resized, and reports why not.
  (func $owns (param $ptr i32) (result i32)
    (local $known i32)
    (if (i32.eqz (local.tee $known (call $known (local.get $ptr))))
      (then
        (call $fault (i32.const 4) (local.get $ptr) (i32.const 0))
        (return (i32.const 0))))
    (if (i32.eq (local.get $known) (i32.const 2))
      (then
        (call $fault (i32.const 4) (local.get $ptr) (i32.const 0))
        (return (i32.const 0))))
    (call $whole (local.get $ptr)))

  ;; The same for a caller that names size and alignment. Wrong ones are reported, and the
  ;; block's own count.
  (func $named (param $ptr i32) (param $size i32) (param $align i32) (result i32)
    (if (i32.eqz (call $owns (local.get $ptr)))
      (then (return (i32.const 0))))
    (if (i32.ne (local.get $size) (i32.load (i32.sub (local.get $ptr) (i32.const 40))))
      (then (call $fault (i32.const 5) (local.get $ptr) (local.get $size))))
    (if (i32.ne (local.get $align) (i32.load (i32.sub (local.get $ptr) (i32.const 36))))
      (then (call $fault (i32.const 6) (local.get $ptr) (local.get $align))))
    (i32.const 1))

  ;; Returns the alignment that a block has where $align was asked for.
  (func $wide (param $align i32) (result i32)
    (select (local.get $align) (i32.const 16) (i32.gt_u (local.get $align) (i32.const 16))))

  ;; Returns the bytes in front of a block of that alignment.
  (func $front (param $wide i32) (result i32)
    (i32.and (i32.add (local.get $wide) (i32.const 47)) (i32.sub (i32.const 0) (local.get $wide))))

  ;; Returns how many bytes of a block are poisoned once it is given back.
  (func $poison (param $ptr i32) (result i32)
    (local $size i32)
    (local.set $size (i32.load (i32.sub (local.get $ptr) (i32.const 40))))
    (select (local.get $size) (i32.const 65536) (i32.lt_u (local.get $size) (i32.const 65536))))

  ;; Poisons a block.
  (func $taint (param $ptr i32)
    (local $left i32)
    (local.set $left (call $poison (local.get $ptr)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (i32.store8 (i32.add (local.get $ptr) (local.get $left)) (i32.const 0xde))
        (br $next))))

  ;; Returns whether a block that was given back is as it was then. If not, it reports that
  ;; and makes it so again.
  (func $tainted (param $ptr i32) (result i32)
    (local $left i32)
    (block $written
      (br_if $written (call $damage (local.get $ptr)))
      (local.set $left (call $poison (local.get $ptr)))
      (loop $next
        (if (i32.eqz (local.get $left))
          (then (return (i32.const 1))))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $next
          (i32.eq (i32.load8_u (i32.add (local.get $ptr) (local.get $left))) (i32.const 0xde)))))
    (call $fault (i32.const 7) (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40))))
    (if (i32.ne (call $damage (local.get $ptr)) (i32.const 3))
      (then
        (call $guard (local.get $ptr))
        (call $taint (local.get $ptr))))
    (i32.const 0))

  ;; Gives the block that is held back longest to the allocator beneath.
  (func $evict
    (local $ptr i32)
    (local $wide i32)
    (local $front i32)
    (local.set $ptr (global.get $first))
    (global.set $first (i32.load (i32.sub (local.get $ptr) (i32.const 48))))
    (if (i32.eqz (global.get $first))
      (then (global.set $last (i32.const 0))))
    (global.set $held (i32.sub (global.get $held) (i32.const 1)))
    (drop (call $tainted (local.get $ptr)))
    (if (i32.eq (call $damage (local.get $ptr)) (i32.const 3))
      (then (return)))
    (local.set $front
      (call $front (local.tee $wide (call $wide (i32.load (i32.sub (local.get $ptr) (i32.const 36)))))))
    (call $dealloc
      (i32.sub (local.get $ptr) (local.get $front))
      (i32.add
        (i32.add (i32.load (i32.sub (local.get $ptr) (i32.const 40))) (local.get $front))
        (i32.const 16))
      (local.get $wide)))

  ;; Gives all that is held back to the allocator beneath.
  (func $flush
    (block $done
      (loop $next
        (br_if $done (i32.eqz (global.get $held)))
        (call $evict)
        (br $next))))

  ;; Takes a live block out of its list, poisons it and holds it back.
  (func $retire (param $ptr i32)
    (local $next i32)
    (local $prev i32)
    (local $left i32)
    (local.set $next (i32.load (i32.sub (local.get $ptr) (i32.const 48))))
    (local.set $prev (i32.load (i32.sub (local.get $ptr) (i32.const 44))))
    (if (local.get $next)
      (then (i32.store (i32.sub (local.get $next) (i32.const 44)) (local.get $prev))))
    (if (local.get $prev)
      (then (i32.store (i32.sub (local.get $prev) (i32.const 48)) (local.get $next)))
      (else (global.set $live (local.get $next))))
    (i32.store (i32.sub (local.get $ptr) (i32.const 24)) (i32.xor (local.get $ptr) (i32.const 0x0ff0ff0f)))
    (call $taint (local.get $ptr))
    (i32.store (i32.sub (local.get $ptr) (i32.const 48)) (i32.const 0))
    (if (global.get $last)
      (then (i32.store (i32.sub (global.get $last) (i32.const 48)) (local.get $ptr)))
      (else (global.set $first (local.get $ptr))))
    (global.set $last (local.get $ptr))
    (global.set $held (i32.add (global.get $held) (i32.const 1)))
    (if (i32.gt_u (global.get $held) (i32.const 64))
      (then (call $evict))))

  ;; Returns the address of a new block, or 0.
  (func $hand (param $size i32) (param $align i32) (param $number i32) (result i32)
    (local $wide i32)
    (local $front i32)
    (local $ptr i32)
    (local.set $front (call $front (local.tee $wide (call $wide (local.get $align)))))
    ;; Would the sum be 2^32 or more?
    (if (i32.gt_u (local.get $size) (i32.sub (i32.const -17) (local.get $front)))
      (then (return (i32.const 0))))
    (local.set $size (i32.add (i32.add (local.get $size) (local.get $front)) (i32.const 16)))
    (if (i32.eqz (local.tee $ptr (call $alloc (local.get $size) (local.get $wide))))
      (then
        ;; What is held back may be what is lacking.
        (call $flush)
        (if (i32.eqz (local.tee $ptr (call $alloc (local.get $size) (local.get $wide))))
          (then (return (i32.const 0))))))
    (local.set $size (i32.sub (i32.sub (local.get $size) (local.get $front)) (i32.const 16)))
    (local.set $ptr (i32.add (local.get $ptr) (local.get $front)))
    (global.set $age (i32.add (global.get $age) (i32.const 1)))
    (i32.store (i32.sub (local.get $ptr) (i32.const 48)) (global.get $live))
    (i32.store (i32.sub (local.get $ptr) (i32.const 44)) (i32.const 0))
    (i32.store (i32.sub (local.get $ptr) (i32.const 40)) (local.get $size))
    (i32.store (i32.sub (local.get $ptr) (i32.const 36)) (local.get $align))
    (i32.store (i32.sub (local.get $ptr) (i32.const 32)) (local.get $number))
    (i32.store (i32.sub (local.get $ptr) (i32.const 28)) (global.get $age))
    (i32.store (i32.sub (local.get $ptr) (i32.const 24)) (i32.xor (local.get $ptr) (i32.const 0x11fe11fe)))
    (i32.store (i32.sub (local.get $ptr) (i32.const 20)) (call $seal (local.get $ptr)))
    (call $guard (local.get $ptr))
    (if (global.get $live)
      (then (i32.store (i32.sub (global.get $live) (i32.const 44)) (local.get $ptr))))
    (global.set $live (local.get $ptr))
    (local.get $ptr))

  ;; Returns the address of a block of a new allocation, or 0.
  (func $new (param $size i32) (param $align i32) (result i32)
    (local $ptr i32)
    (if (local.tee $ptr (call $hand (local.get $size) (local.get $align) (global.get $number)))
      (then (global.set $number (i32.add (global.get $number) (i32.const 1)))))
    (local.get $ptr))

  ;; Returns how many blocks were written where they should not be, and reports each.
  (func $genalloc_check (result i32)
    (local $ptr i32)
    (local $wrong i32)
    (local.set $ptr (global.get $live))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $ptr)))
        (local.set $wrong
          (i32.add (local.get $wrong) (i32.ne (call $damage (local.get $ptr)) (i32.const 0))))
        (br_if $done (i32.eqz (call $whole (local.get $ptr))))
        (local.set $ptr (i32.load (i32.sub (local.get $ptr) (i32.const 48))))
        (br $next)))
    (local.set $ptr (global.get $first))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $ptr)))
        (local.set $wrong (i32.add (local.get $wrong) (i32.eqz (call $tainted (local.get $ptr)))))
        (br_if $done (i32.eq (call $damage (local.get $ptr)) (i32.const 3)))
        (local.set $ptr (i32.load (i32.sub (local.get $ptr) (i32.const 48))))
        (br $next)))
    (local.get $wrong))

  ;; Returns how many blocks are live, and reports each.
  (func $genalloc_leaks (result i32)
    (local $ptr i32)
    (local $count i32)
    (local.set $ptr (global.get $live))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $ptr)))
        (br_if $done (i32.eqz (call $whole (local.get $ptr))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (call $fault (i32.const 8) (local.get $ptr) (i32.load (i32.sub (local.get $ptr) (i32.const 40))))
        (local.set $ptr (i32.load (i32.sub (local.get $ptr) (i32.const 48))))
        (br $next)))
    (local.get $count))

  ;; Returns the number of the allocation that gave a block out, live or not; -1 for none.
  (func $genalloc_history (param $ptr i32) (result i32)
    (if (i32.eqz (call $known (local.get $ptr)))
      (then (return (i32.const -1))))
    (i32.load (i32.sub (local.get $ptr) (i32.const 32))))

  (func $checked_alloc (param $size i32) (param $align i32) (result i32)
    (local $block i32)
    (local.set $block (call $new (local.get $size) (local.get $align)))
    (local.get $block))

  (func $checked_dealloc (param $ptr i32) (param $size i32) (param $align i32)
    (if (call $named (local.get $ptr) (local.get $size) (local.get $align))
      (then (call $retire (local.get $ptr)))))

  (export "alloc" (func $checked_alloc))
  (export "dealloc" (func $checked_dealloc))
  (export "genalloc_check" (func $genalloc_check))
  (export "genalloc_leaks" (func $genalloc_leaks))
  (export "genalloc_history" (func $genalloc_history))
)
