// SPDX-License-Identifier: MIT OR Apache-2.0

import { instantiate } from "./build/genalloc.js";

const heap = await instantiate();
const blocks = [];
for (let i = 1; i <= 12; i++) {
  const size = 96 * i;
  const ptr = heap.alloc(size, 2 ** (i % 7));
  heap.bytes(ptr, size).fill(20 * i);
  blocks.push({ ptr, size, value: 20 * i });
}

// One pixel for each byte, coloured by its value. Bytes outside blocks stay empty.
const canvas = document.querySelector("#heap");
const context = canvas.getContext("2d");
const base = blocks[0].ptr;
const bytes = heap.bytes(base, canvas.width * canvas.height);
bytes.forEach((value, i) => {
  if (value === 0) return;
  context.fillStyle = `hsl(${value * 1.4} 70% 55%)`;
  context.fillRect(Math.floor(i / canvas.height), i % canvas.height, 1, 1);
});

const intact = blocks.filter(({ ptr, size, value }) => heap.bytes(ptr, size).every((byte) => byte === value));
const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
const grown = heap.alloc(1 << 20, 16);
document.querySelector("#result").textContent =
  `${intact.length} of ${blocks.length} blocks intact, first pixel ${r} ${g} ${b}, ` +
  `${heap.memory.buffer.byteLength / 65536} pages after a block of 1 MiB at a multiple of 16: ${grown % 16 === 0}`;
