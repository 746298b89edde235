// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./genalloc.js";

const heap = await instantiate();
let p = heap.alloc(16, 8);
heap.bytes(p, 16).fill(7);
p = heap.realloc(p, 16, 8, 200000);
const sum = heap.bytes(p, 200000).reduce((a, b) => a + b, 0);
heap.dealloc(p, 200000, 8);
console.log(p % 8, sum, heap.alloc(0xffffffff, 1), heap.memory.buffer.byteLength > 200000);
