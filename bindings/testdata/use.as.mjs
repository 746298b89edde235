// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";
import { instantiate } from "./genalloc.js";

const heap = await instantiate();
const { instance } = await WebAssembly.instantiate(await readFile("app.wasm"), {
  genalloc: heap.exports,
  env: { memory: heap.memory, abort() { throw new Error("abort") } },
});
console.log(instance.exports.run());
