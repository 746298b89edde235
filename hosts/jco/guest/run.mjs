// SPDX-License-Identifier: MIT OR Apache-2.0

// Makes a component of the module, and calls it 20,000 times with strings of up to 5,000
// bytes. Prints the pages of its memory after 1,000 calls and at the end.

import { readFile, writeFile } from "node:fs/promises";

const { componentEmbed, componentNew, transpile } = await import(process.argv[2]);
const component = await componentNew(
  await componentEmbed({
    binary: await readFile("core.wasm"),
    witSource: await readFile("shout.wit", "utf8"),
    worldName: "shout",
  }),
);
const { files } = await transpile(component, { name: "shout", instantiation: { tag: "async" } });
await writeFile("shout.mjs", files["shout.js"]);
const { instantiate } = await import(`${process.cwd()}/shout.mjs`);

let memory;
const { shout } = await instantiate(
  (name) => WebAssembly.compile(files[name]),
  {},
  async (core, imports) => {
    const instance = await WebAssembly.instantiate(core, imports);
    memory ??= instance.exports.memory;
    return instance;
  },
);

const pages = () => memory.buffer.byteLength / 65536;
let before;
for (let i = 0; i < 20_000; i++) {
  const text = "é".repeat((i * i) % 2500) + `call ${i}`;
  const want = text.replace(/[a-z]/g, (c) => c.toUpperCase()) + "!";
  if (shout(text) !== want) throw new Error(`call ${i} returned something else`);
  if (i === 1000) before = pages();
}
console.log(before, pages());
