// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Records what the module beside this file asks of its allocator:
//
//   import { imports, trace, save } from "./instrumented.js";
//   const { instance } = await WebAssembly.instantiate(bytes, { ...yours, ...imports });
//   ...
//   await save("app.trace"); // a file in Node, a download in a browser; trace() is its text

const program = PROGRAM;
const lines = [];
const blocks = new Map(); // numbers of live blocks, by address
const marks = new Map(); // [number, the block made next], by what mark returned
const calls = program.phases.map(() => 0);
let made = 0, marked = 0, phase = "", base = 2 ** 32;

function put(line) {
  if (phase) lines.push(phase);
  phase = "";
  lines.push(line);
}

function alloc(word, address, size, align) {
  if (!address) {
    if (size) lines.push(`# refused: ${word} ${size} ${align}`);
    return;
  }
  if (size && blocks.has(address)) free(address, "# its end was not seen:");
  blocks.set(address, made++);
  base = Math.min(base, address);
  put(align ? `${word} ${size} ${align}` : `${word} ${size}`);
}

function resize(address, size, align, old) {
  const number = blocks.get(old);
  if (!old || address && number === undefined) return alloc("alloc", address, size, align);
  if (!address) return size ? lines.push(`# refused: resize to ${size}`) : free(old);
  blocks.delete(old);
  if (blocks.has(address)) free(address, "# its end was not seen:");
  blocks.set(address, number);
  base = Math.min(base, address);
  put(`resize ${number} ${size}`);
}

function free(address, comment) {
  const number = blocks.get(address);
  if (comment) lines.push(comment);
  if (number !== undefined) put(`free ${number}`);
  else if (address) lines.push(`# freed, of an address that no recorded call returned: ${address}`);
  blocks.delete(address);
}

function release(handle) {
  const mark = marks.get(handle);
  if (!mark) return;
  for (const [address, number] of blocks) if (number >= mark[1]) blocks.delete(address);
  for (const [h, m] of marks) if (m[0] >= mark[0]) marks.delete(h);
  put(`release ${mark[0]}`);
}

function event(kind, address, size, align, old) {
  [address, size, align, old] = [address >>> 0, size >>> 0, align >>> 0, old >>> 0];
  if (align & (align - 1)) align = 0;
  switch (kind) {
    case 2: return alloc("alloc", address, size, align);
    case 3: return alloc("zero", address, size, align);
    case 4: return void resize(address, size, align, old);
    case 5: return free(address);
    case 6: marks.set(address, [marked++, made]); return put("mark");
    case 7: return release(address);
    case 8: blocks.clear(); marks.clear(); return put("reset");
    case 9: if (size) put(`grow ${size}`); return;
    case 10: phase = `phase call ${calls[address]++} of export ${program.phases[address]}`;
  }
}

export const imports = { genalloc: { event } };

export function trace() {
  const start = program.base || (made ? base : 0);
  const memory = start ? [`memory ${program.pages} ${start}`] : [];
  return ["genalloc trace 1", ...memory, ...lines, ""].join("\n");
}

export async function save(name) {
  if (typeof process !== "undefined" && process.versions?.node) {
    const { writeFileSync } = await import("node:fs");
    return writeFileSync(name, trace());
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([trace()], { type: "text/plain" }));
  link.download = name;
  link.click();
}
