// SPDX-License-Identifier: MIT OR Apache-2.0

// Runs modules for the program at the other end of a pipe. A line of the input is a
// request, [name, argument, ...] in JSON, and a line of the output its answer: {result},
// or {error}, with trap where a call did not return. While a module calls a function of
// the other end, the output has {call}, and requests are answered until one is "return".
// Numbers of WebAssembly pass as the decimal text of their bits.

import { readSync, writeSync } from "node:fs";

const objects = []; // what the other end knows by number: modules and exports
const keep = (object) => objects.push(object) - 1;

const view = new DataView(new ArrayBuffer(8));
const fromBits = {
  i32: (bits) => Number(BigInt.asIntN(32, bits)),
  i64: (bits) => bits,
  f32: (bits) => (view.setUint32(0, Number(bits)), view.getFloat32(0)),
  f64: (bits) => (view.setBigUint64(0, bits), view.getFloat64(0)),
};
const toBits = {
  i32: (value) => BigInt(value >>> 0),
  i64: (value) => BigInt.asUintN(64, value),
  f32: (value) => (view.setFloat32(0, value), BigInt(view.getUint32(0))),
  f64: (value) => (view.setFloat64(0, value), view.getBigUint64(0)),
};
const values = (types, texts) => types.map((type, i) => fromBits[type](BigInt(texts[i])));
const texts = (types, list) => types.map((type, i) => String(toBits[type](list[i])));
// What a function returns is nothing, a value, or several.
const listed = (types, got) => (types.length === 1 ? [got] : [...(got ?? [])]);
const returned = (types, list) => (types.length > 1 ? list : list[0]);

const requests = {
  compile: (base64) => keep(new WebAssembly.Module(Buffer.from(base64, "base64"))),
  instantiate(module, imports) {
    const given = Object.fromEntries(Object.entries(imports).map(([name, i]) => [name, objects[i]]));
    return keep(new WebAssembly.Instance(objects[module], given).exports);
  },
  host: (functions) =>
    keep(Object.fromEntries(Object.entries(functions).map(([name, { params, results }]) => [name, (...args) => {
      answer({ call: name, args: texts(params, args) });
      return returned(results, values(results, serve()));
    }]))),
  call: (at, name, params, results, args) => texts(results, listed(results, objects[at][name](...values(params, args)))),
  drop: (...list) => list.forEach((i) => delete objects[i]),
  get: (at, name, type) => String(toBits[type](objects[at][name].value)),
  set: (at, name, type, text) => void (objects[at][name].value = fromBits[type](BigInt(text))),
  pages: (at, name) => objects[at][name].buffer.byteLength / 65536,
  grow: (at, name, type, delta) => void objects[at][name].grow(fromBits[type](BigInt(delta))),
  read: (at, name, from, n) => Buffer.from(objects[at][name].buffer, from, n).toString("base64"),
  write: (at, name, from, base64) => void Buffer.from(base64, "base64").copy(new Uint8Array(objects[at][name].buffer, from)),
};

const stdin = 0, stdout = 1;
const chunk = Buffer.alloc(1 << 16);
let input = Buffer.alloc(0);

function line() {
  for (const parts = [input]; ; ) {
    const last = parts.at(-1), end = last.indexOf(10);
    if (end >= 0) {
      input = last.subarray(end + 1);
      parts[parts.length - 1] = last.subarray(0, end);
      return Buffer.concat(parts).toString();
    }
    const n = readSync(stdin, chunk);
    if (n === 0) process.exit();
    parts.push(Buffer.from(chunk.subarray(0, n)));
  }
}

function answer(message) {
  const bytes = Buffer.from(JSON.stringify(message) + "\n");
  for (let from = 0; from < bytes.length; ) from += writeSync(stdout, bytes, from);
}

// serve answers requests until one is "return", and returns what that says.
function serve() {
  for (;;) {
    const [name, ...args] = JSON.parse(line());
    if (name === "return") return args;
    if (name === "throw") throw new Error("host function failed");
    try {
      answer({ result: requests[name](...args) ?? null });
    } catch (e) {
      answer({ error: e.message, trap: e instanceof WebAssembly.RuntimeError || e instanceof RangeError });
    }
  }
}

serve();
