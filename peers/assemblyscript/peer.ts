// SPDX-License-Identifier: MIT OR Apache-2.0

// The runtime's heap under the names of C. Its blocks are aligned to 16 bytes.

export function malloc(size: usize): usize {
  return heap.alloc(size);
}

export function calloc(count: usize, size: usize): usize {
  if (size != 0 && count > usize.MAX_VALUE / size) unreachable(); // as the heap does where there is no memory
  const bytes = count * size;
  const ptr = heap.alloc(bytes);
  memory.fill(ptr, 0, bytes);
  return ptr;
}

export function realloc(ptr: usize, size: usize): usize {
  return ptr == 0 ? heap.alloc(size) : heap.realloc(ptr, size);
}

export function free(ptr: usize): void {
  if (ptr != 0) heap.free(ptr);
}
