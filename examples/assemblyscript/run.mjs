// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";
import { instantiate } from "./build/genalloc.js";

const heap = await instantiate();
const { instance } = await WebAssembly.instantiate(await readFile("build/app.wasm"), {
  genalloc: heap.exports,
  env: { memory: heap.memory, abort() { throw new Error("abort"); } },
});
const { __new, count, pushes } = instance.exports;

// A string of AssemblyScript is an object of class 2, UTF-16, its bytes before it.
function lower(text) {
  const ptr = __new(text.length * 2, 2) >>> 0;
  const units = new Uint16Array(heap.memory.buffer, ptr, text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return ptr;
}

function lift(ptr) {
  const bytes = new DataView(heap.memory.buffer).getUint32(ptr - 4, true);
  return String.fromCharCode(...new Uint16Array(heap.memory.buffer, ptr, bytes / 2));
}

console.log(lift(count(lower("a rose is a rose is a rose"))));
console.log(`${pushes()} from 10000 pushes`);
