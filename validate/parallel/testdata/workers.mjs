// SPDX-License-Identifier: MIT OR Apache-2.0

// Workers, each with an instance of a module over one shared memory, make calls at random
// and hand blocks to each other through words of another shared buffer. It runs in node and
// in browsers: judge(module, start) returns what was found, where start(name) starts a worker
// of this file.

const workers = 3, calls = 4000, kept = 300;
const mail = 4; // words of a box: full or not, address, size, byte

// work is what a worker does. It returns its blocks, or throws what it found.
export async function work({ module, memory, boxes, number }) {
  const { exports: heap } = await WebAssembly.instantiate(module, { env: { memory } });
  const mine = [], box = new Int32Array(boxes);
  let seed = number + 1, made = 0;
  const random = (n) => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) % n;
  const bytes = (b) => new Uint8Array(memory.buffer, b.ptr, b.size);
  const look = (b) => {
    const at = bytes(b).findIndex((x) => x !== b.byte);
    if (at >= 0) throw new Error(`contents: ${b.byte} at ${b.ptr + at} became ${bytes(b)[at]}`);
  };
  for (let i = 0; i < calls; i++) {
    const own = number * mail, next = ((number + 1) % workers) * mail;
    if (Atomics.load(box, own) === 1) {
      const b = { ptr: box[own + 1] >>> 0, size: box[own + 2], byte: box[own + 3] };
      Atomics.store(box, own, 0);
      look(b);
      mine.push(b);
    }
    const one = random(mine.length || 1), act = random(10);
    if (act < 6 && mine.length < kept || mine.length === 0) {
      const size = 1 + random(random(50) ? 200 : 70000);
      const ptr = heap.alloc(size, 8) >>> 0;
      if (ptr === 0) continue; // all memory is used
      if (ptr % 8 || ptr + size > memory.buffer.byteLength) throw new Error(`place: ${size} bytes at ${ptr}`);
      const b = { ptr, size, byte: 1 + number + workers * (made++ % 80) };
      bytes(b).fill(b.byte);
      mine.push(b);
    } else if (act < 9) {
      const [b] = mine.splice(one, 1);
      look(b);
      heap.dealloc(b.ptr, b.size, 8);
    } else if (Atomics.compareExchange(box, next, 0, 2) === 0) {
      const [b] = mine.splice(one, 1);
      box.set([b.ptr, b.size, b.byte], next + 1);
      Atomics.store(box, next, 1);
    }
  }
  mine.forEach(look);
  return mine;
}

// judge runs the workers, and looks for blocks that overlap.
export async function judge(module, start) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 256, shared: true });
  const boxes = new SharedArrayBuffer(workers * mail * 4);
  const found = await Promise.all(Array.from({ length: workers }, (_, number) => start({ module, memory, boxes, number })));
  const failed = found.find((f) => f.error);
  if (failed) return failed.error;
  const blocks = found.flatMap((f) => f.blocks).sort((a, b) => a.ptr - b.ptr);
  for (let i = 1; i < blocks.length; i++)
    if (blocks[i - 1].ptr + blocks[i - 1].size > blocks[i].ptr) return `overlap at ${blocks[i].ptr}`;
  return `${blocks.length > 0 ? "ok" : "no blocks"}`;
}

const answer = (job) => work(job).then((blocks) => ({ blocks }), (e) => ({ error: String(e) }));

if (typeof process === "object") {
  const { Worker, isMainThread, workerData, parentPort } = await import("node:worker_threads");
  if (!isMainThread) parentPort.postMessage(await answer(workerData));
  else {
    const { readFileSync } = await import("node:fs");
    const start = (workerData) => new Promise((done) => new Worker(new URL(import.meta.url), { workerData }).on("message", done).on("error", (e) => done({ error: String(e) })));
    console.log(await judge(new WebAssembly.Module(readFileSync(process.argv[2])), start));
  }
} else if (typeof document === "object") {
  const start = (job) => new Promise((done) => {
    const w = new Worker("/workers.mjs", { type: "module" });
    w.onmessage = (e) => (e.data === "ready" ? w.postMessage(job) : done(e.data));
    w.onerror = (e) => done({ error: String(e.message) });
  });
  const text = crossOriginIsolated ? await judge(await WebAssembly.compileStreaming(fetch("/module.wasm")), start) : "not cross-origin isolated";
  await fetch("/found", { method: "POST", body: text });
} else {
  onmessage = async (e) => postMessage(await answer(e.data));
  postMessage("ready");
}
