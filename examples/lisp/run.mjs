// SPDX-License-Identifier: MIT OR Apache-2.0

// Runs the Lisp on requests.lisp with each allocator, prints the pages of memory that
// each has, and draws them as build/pages.svg.

import { openSync, readFileSync, writeFileSync } from "node:fs";
import { WASI } from "node:wasi";
import { chart } from "./chart.mjs";

async function samples(name) {
  const printed = `build/${name}.txt`;
  const wasi = new WASI({ version: "preview1", stdin: openSync("requests.lisp"), stdout: openSync(printed, "w") });
  const module = await WebAssembly.compile(readFileSync(`build/${name}.wasm`));
  const code = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
  if (code !== 0) throw new Error(`${name}: exit code ${code}`);
  const lines = readFileSync(printed, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [requests, kept, pages] = line.split(" ").map(Number);
    return { requests, kept, pages };
  });
}

const lines = [];
for (const name of ["lists", "dlmalloc", "bump"]) lines.push({ name, points: await samples(name) });

const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(10)).join(""));
row("requests", "kept", ...lines.map((line) => line.name));
lines[0].points.forEach(({ requests, kept }, i) => {
  if (lines.some((line) => line.points[i].kept !== kept)) throw new Error(`request ${requests}: the programs differ`);
  if (i % 2 === 0) row(requests, kept, ...lines.map((line) => line.points[i].pages));
});
writeFileSync("build/pages.svg", chart("Pages of memory of the Lisp in examples/lisp", lines));
