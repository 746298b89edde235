// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";

// The program imports the allocator's functions, and the allocator imports the end of the
// program's data. One of the two has to be instantiated first: the program, whose imports
// are only looked up when it calls them.
let heap;
const late = (name) => (...args) => heap[name](...args);

const memory = new WebAssembly.Memory({ initial: 2 });
const app = await WebAssembly.instantiate(await readFile("build/app.wasm"), {
  env: { memory },
  genalloc: { alloc: late("alloc"), realloc: late("realloc") },
});
const { __heap_base, repeat } = app.instance.exports;
const allocator = await WebAssembly.instantiate(await readFile("build/genalloc.wasm"), {
  env: { memory, __heap_base },
});
heap = allocator.instance.exports;

const at = repeat(30000);
const bytes = new Uint8Array(memory.buffer);
const text = new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
console.log(`${text.length} bytes from ${JSON.stringify(text.slice(0, 10))}, at or above the heap's base: ${at >= __heap_base.value}`);
console.log(`${memory.buffer.byteLength / 65536} pages`);
