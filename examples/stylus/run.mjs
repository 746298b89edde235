// SPDX-License-Identifier: MIT OR Apache-2.0

// A host that provides the three functions which the contract imports.

import { readFile } from "node:fs/promises";

const args = new Uint8Array(20000 * 32).map((_, i) => i / 32);
let result = new Uint8Array();
let paid = 0;
const { instance } = await WebAssembly.instantiate(await readFile("build/contract.wasm"), {
  vm_hooks: {
    read_args: (to) => new Uint8Array(memory.buffer).set(args, to),
    write_result: (from, size) => (result = new Uint8Array(memory.buffer).slice(from, from + size)),
    pay_for_memory_grow: (pages) => (paid += pages),
  },
});
const { memory, user_entrypoint } = instance.exports;
const status = user_entrypoint(args.length);
const reversed = result.every((byte, i) => byte === args[args.length - 32 - (i - (i % 32)) + (i % 32)]);
console.log(`status ${status}, ${result.length} bytes, words in reverse order: ${reversed}`);
console.log(`${memory.buffer.byteLength / 65536} pages`);
