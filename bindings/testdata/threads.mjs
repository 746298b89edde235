// SPDX-License-Identifier: MIT OR Apache-2.0

// Workers allocate at the same time over one memory. Each tells its blocks, which must not
// overlap, and must hold what it wrote.
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { instantiate } from "./genalloc.js";

const count = 3000;
const size = (i) => 1 + ((i * 37) % 900);

if (isMainThread) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 256, shared: true });
  const told = await Promise.all([1, 2, 3].map((id) => new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: { memory, id } }).once("message", resolve).once("error", reject);
  })));
  const view = new Uint8Array(memory.buffer);
  const blocks = told.flat().sort((a, b) => a.ptr - b.ptr);
  const apart = blocks.every((b, i) => i === 0 || blocks[i - 1].ptr + blocks[i - 1].size <= b.ptr);
  const kept = blocks.every((b) => view.subarray(b.ptr, b.ptr + b.size).every((x) => x === b.id));
  console.log(blocks.length, apart, kept);
} else {
  const { memory, id } = workerData;
  const heap = await instantiate({ env: { memory } });
  const blocks = [];
  for (let i = 0; i < count; i++) {
    const ptr = heap.alloc(size(i), 8);
    heap.bytes(ptr, size(i)).fill(id);
    blocks.push({ ptr, size: size(i), id });
  }
  parentPort.postMessage(blocks);
}
