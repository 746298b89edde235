// SPDX-License-Identifier: MIT OR Apache-2.0

// Runs the program in two workers. Worker is a browser's, or what looks like it.

const messages = 50000;

export async function run(code, Worker) {
  const module = await WebAssembly.compile(code);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 256, shared: true });
  const call = (name) => new Promise((done, failed) => {
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
    worker.onerror = failed;
    worker.postMessage({ module, memory, name, n: messages });
  });
  const [sent, right] = await Promise.all([call("produce"), call("consume")]);
  return `${sent} blocks sent by one thread, ${right} received right and freed by another`;
}
