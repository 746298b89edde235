import { instantiate } from "./genalloc.js";

const heap = await instantiate();
const fill = () => new Uint8Array(heap.memory.buffer).fill(7, 65536 - 48);
fill();
const a = heap.alloc(100), b = heap.alloc(20);
heap.dealloc(b, 20);
heap.alloc(4294967295, 1);
console.log(JSON.stringify(heap.stats()), new Uint8Array(heap.memory.buffer).subarray(65536 - 48).every((b) => b === 7));
console.log(heap.realloc(a, 100, 8, 70000) > 0, heap.stats().growths, heap.stats().peakBytes);
