// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./genalloc.js";

const heap = await instantiate();
const block = heap.alloc(16, 8);
const wrong = [2 ** 32, 2 ** 33 + 16, -1, NaN, Infinity, 0.5, undefined, "16", 16n];
const calls = {
  "size of alloc": (n) => heap.alloc(n, 8),
  "size of alloc_zeroed": (n) => heap.alloc_zeroed(n),
  "ptr of dealloc": (n) => heap.dealloc(n, 16, 8),
  "size of dealloc": (n) => heap.dealloc(block, n, 8),
  "ptr of realloc": (n) => heap.realloc(n, 16, 8, 32),
  "old size of realloc": (n) => heap.realloc(block, n, 8, 32),
  "new size of realloc": (n) => heap.realloc(block, 16, 8, n),
  "ptr of bytes": (n) => heap.bytes(n, 1),
  "size of bytes": (n) => heap.bytes(block, n),
};
const aligned = {
  "align of alloc": (n) => heap.alloc(16, n),
  "align of alloc_zeroed": (n) => heap.alloc_zeroed(16, n),
  "align of dealloc": (n) => heap.dealloc(block, 16, n),
  "align of realloc": (n) => heap.realloc(block, 16, n, 32),
};

// refused says which values a call takes that it should not.
function refused(name, call, values) {
  for (const value of values) {
    try {
      console.log(`${name}: ${String(value)} returns ${call(value)}`);
    } catch (e) {
      if (!(e instanceof RangeError)) console.log(`${name}: ${String(value)} throws ${e}`);
    }
  }
}
for (const [name, call] of Object.entries(calls)) refused(name, call, wrong);
// undefined is an alignment that is left out, except in the middle.
const odd = wrong.filter((n) => n !== undefined).concat(0, 3, 24, 2 ** 31 + 1);
for (const [name, call] of Object.entries(aligned)) refused(name, call, odd);
refused("align of realloc", aligned["align of realloc"], [undefined]);
refused("null", (n) => heap.bytes(n, 1), [0]);
refused("beyond the memory", (n) => heap.bytes(n, 1), [heap.memory.buffer.byteLength]);

// The message tells a number from what only looks like one.
for (const [value, want] of [["16", "size is of the type string,"], [16n, "size is of the type bigint,"], [-1, "size is -1,"]]) {
  try {
    heap.alloc(value);
  } catch (e) {
    if (!e.message.startsWith(want)) console.log(`${e.message}, want ${want}`);
  }
}

heap.alloc(1, 1);
console.log(heap.alloc(10) % 8, heap.alloc(1, 2 ** 31) === 2 ** 31, heap.alloc(16) > 2 ** 31, heap.alloc(2 ** 32 - 1, 1));
