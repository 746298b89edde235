// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./genalloc.js";

const heap = await instantiate();
let p = heap.alloc(16n, 8);
heap.bytes(p, 16n).fill(7);
p = heap.realloc(p, 16, 8, 200000);
const sum = heap.bytes(p, 200000).reduce((a, b) => a + b, 0);
heap.dealloc(BigInt(p), 200000, 8);
console.log(typeof p, p % 8, sum, heap.alloc(2n ** 64n - 1n, 1), heap.alloc(2 ** 53 - 1, 1));

const first = heap.alloc(8);
const inner = heap.scope(() => heap.alloc(5000));
console.log(heap.alloc(5000) === inner, inner > first, typeof heap.mark());

for (const call of [() => heap.alloc(-1), () => heap.alloc(2n ** 64n), () => heap.alloc(2 ** 53), () => heap.alloc(8, 24), () => heap.alloc("8"), () => heap.bytes(0, 1)]) {
  try {
    console.log(call());
  } catch (e) {
    console.log(e instanceof RangeError ? e.message : e);
  }
}
