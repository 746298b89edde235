// SPDX-License-Identifier: MIT OR Apache-2.0

// Runs the program in worker threads of node, and in workers of a headless Chromium.
// With --open it only serves the page, for your own browser.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { run } from "./threads.js";

// A worker of node that a browser's code can use.
class WebWorker {
  constructor(url) {
    this.worker = new Worker(new URL("worker-node.mjs", import.meta.url), { workerData: url.href });
    this.worker.on("message", (data) => this.onmessage({ data }));
    this.worker.on("error", (error) => this.onerror(error));
  }
  postMessage(data) { this.worker.postMessage(data); }
  terminate() { this.worker.terminate(); }
}

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

// Pages share memory with their workers only where these headers isolate them.
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

let told;
const result = new Promise((done) => { told = done; });

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/result") {
    told(await text(request));
    return response.end();
  }
  const file = pathname === "/" ? "/index.html" : pathname;
  try {
    const content = await readFile(`.${file}`);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain", ...isolated }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const page = `http://127.0.0.1:${server.address().port}/`;

if (process.argv[2] === "--open") {
  console.log(page);
} else {
  console.log(`node: ${await run(await readFile("build/app.wasm"), WebWorker)}`);
  const chromium = process.env.CHROMIUM ?? "chromium";
  // Chromium refuses to run as root with its sandbox.
  const flags = ["--headless=new", "--disable-gpu", "--remote-debugging-port=0", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  const browser = spawn(chromium, [...flags, page], { stdio: "ignore" });
  const ended = once(browser, "exit").then(() => "it ended before the page did");
  console.log(`Chromium: ${await Promise.race([result, ended])}`);
  browser.kill();
  server.close();
  server.closeAllConnections();
}
