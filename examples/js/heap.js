// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./build/genalloc.js";

const steps = 600;

// A view of the memory ends when the memory grows. The allocator calls grown then.
let view, growths = 0;
const heap = await instantiate({ env: { grown: () => { view = undefined; growths++; } } });
const bytes = () => (view ??= new Uint8Array(heap.memory.buffer));
const first = bytes();

// One pixel for 64 bytes, a row for 16 KiB, in the colour of the block there.
const canvas = document.querySelector("#heap");
const context = canvas.getContext("2d");
const draw = ({ ptr, size }, colour) => {
  context.fillStyle = colour;
  for (let at = ptr >>> 6; at < (ptr + size) >>> 6; at++) context.fillRect(at % canvas.width, Math.floor(at / canvas.width), 1, 1);
};

// A block lives for 40 steps, and is drawn while it lives.
const blocks = [];
let wrong = 0;
const step = (i) => {
  const size = 64 * (1 + ((i * i) % 127)), value = 1 + (i % 255);
  const ptr = heap.alloc(size, 8);
  bytes().fill(value, ptr, ptr + size);
  blocks.push({ ptr, size, value });
  draw(blocks.at(-1), `hsl(${(i * 47) % 360} 70% 55%)`);
  if (blocks.length > 40) {
    const old = blocks.shift();
    if (!bytes().subarray(old.ptr, old.ptr + old.size).every((byte) => byte === old.value)) wrong++;
    draw(old, "white");
    heap.dealloc(old.ptr, old.size, 8);
  }
};

// coloured counts the pixels of live blocks: white is what was freed.
const coloured = () => {
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] && data[at] + data[at + 1] + data[at + 2] < 765) n++;
  return n;
};

const report = () => {
  const live = blocks.reduce((sum, { size }) => sum + size, 0);
  document.querySelector("#result").textContent =
    `${steps} blocks, ${wrong} of them wrong; ${live} live bytes in ${coloured()} pixels; ${heap.memory.buffer.byteLength / 65536} pages after ${growths} growths; ` +
    `the first view has ${first.length} bytes, and the refreshed one ${bytes().length}`;
};

let i = 0;
const frame = () => {
  for (const end = i + 10; i < end; i++) step(i);
  if (i < steps) setTimeout(frame, 20);
  else report();
};
frame();
