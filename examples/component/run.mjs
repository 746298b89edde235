// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { componentEmbed, componentNew, transpile } from "@bytecodealliance/jco";

const core = await componentEmbed({
  binary: await readFile("build/core.wasm"),
  witSource: await readFile("greeter.wit", "utf8"),
  worldName: "greeter",
});
const component = await componentNew(core);
await writeFile("build/greeter.component.wasm", component);

// jco turns a component into JavaScript and core modules.
const { files } = await transpile(component, { name: "greeter" });
for (const [name, content] of Object.entries(files)) {
  const path = `build/js/${name}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
const { greet } = await import("./build/js/greeter.js");
console.log(greet(["Ada", "Grace"]));
console.log(greet(["Zoë".repeat(20000)]).length);
