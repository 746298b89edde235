// SPDX-License-Identifier: MIT OR Apache-2.0

// Sorts a text 50 times in Extism's host for JavaScript, and prints it.

import { readFileSync } from "node:fs";

const { default: createPlugin } = await import(process.argv[2]);
const plugin = await createPlugin({ wasm: [{ data: readFileSync("sort.wasm") }] }, { useWasi: true });
const text = readFileSync("text", "utf8");
let sorted;
for (let i = 0; i < 50; i++) sorted = (await plugin.call("sort", text)).text();
process.stdout.write(sorted);
await plugin.close();
