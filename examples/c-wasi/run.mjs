// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const wasi = new WASI({ version: "preview1" });
const module = await WebAssembly.compile(await readFile("build/app.wasm"));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
