// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./genalloc.js";

const heap = await instantiate();
const first = heap.alloc(1, 1);
const inner = heap.scope(() => heap.scope(() => heap.alloc(100_000)) && heap.alloc(8));
let caught;
try {
  heap.scope(() => {
    heap.alloc(1000);
    throw new Error("thrown");
  });
} catch (e) {
  caught = e.message;
}
try {
  heap.scope(async () => heap.alloc(1000));
} catch (e) {
  caught += " " + e.name;
}
const mark = heap.mark();
heap.alloc(10);
heap.release(mark);
const second = heap.alloc(1, 1);
heap.reset();
console.log(inner > first, caught, second - first, heap.alloc(1, 1) === first, mark >= 0);
