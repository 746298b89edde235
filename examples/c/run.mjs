// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";

const { instance } = await WebAssembly.instantiate(await readFile("build/app.wasm"));
const { memory, words } = instance.exports;
const at = words();
const bytes = new Uint8Array(memory.buffer);
console.log(new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at))));
