// SPDX-License-Identifier: MIT OR Apache-2.0

// Makes a worker of node look like one of a browser, and starts its script.
import { parentPort, workerData } from "node:worker_threads";

globalThis.self = globalThis;
globalThis.postMessage = (data) => parentPort.postMessage(data);
const early = [];
const listen = (data) => (self.onmessage ? self.onmessage({ data }) : early.push(data));
parentPort.on("message", listen);
await import(workerData);
early.splice(0).forEach(listen);
