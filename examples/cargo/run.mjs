// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";

const file = await readFile("build/wasm32-unknown-unknown/release/app.wasm");
const { instance } = await WebAssembly.instantiate(file);
const { words, pushes } = instance.exports;
console.log(`${words()} words, ${pushes(10000)} from 10000 pushes`);
