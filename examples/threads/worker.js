// SPDX-License-Identifier: MIT OR Apache-2.0

// A thread: an instance of the program over the memory that all threads share, with a
// stack and thread-local variables of its own.

const stackSize = 65536;

async function start({ module, memory, name, n }) {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  exports.__stack_pointer.value = exports.memory(stackSize, 16) + stackSize;
  if (exports.__tls_size.value > 0) {
    exports.__wasm_init_tls(exports.memory(exports.__tls_size.value, exports.__tls_align.value));
  }
  postMessage(exports[name](n));
}

self.onmessage = ({ data }) => start(data);
