import { instantiate } from "./genalloc.js";

console.error = console.log;
const heap = await instantiate();
heap.alloc(100);
const p = heap.alloc(20);
heap.bytes(p, 21)[20] = 1;
heap.dealloc(p, 20);
heap.dealloc(p, 20);
heap.dealloc(1 << 31 >>> 0, 20);
console.log(heap.genalloc_check(), heap.genalloc_history(p), heap.genalloc_history(7));

const kinds = [];
const told = await instantiate({ genalloc: { fault: (kind) => kinds.push(kind) } });
told.dealloc(told.alloc(20), 21, 16);
console.log(kinds.join());
