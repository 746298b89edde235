// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";

const { instance } = await WebAssembly.instantiate(await readFile("build/app.wasm"));
const { pushes, text, words } = instance.exports;
console.log(`${pushes()} from 10000 pushes, ${text()} bytes of text, ${words()} words`);
