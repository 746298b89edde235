// SPDX-License-Identifier: MIT OR Apache-2.0

// Serves this directory on the loopback interface, opens the page in a headless
// Chromium, prints its result and saves a picture as build/heap.png. With --open it only
// serves the page, for your own browser.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { promisify } from "node:util";

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const file = pathname === "/" ? "/index.html" : pathname;
  try {
    const content = await readFile(`.${file}`);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const page = `http://127.0.0.1:${server.address().port}/`;

if (process.argv[2] === "--open") {
  console.log(page);
} else {
  const chromium = process.env.CHROMIUM ?? "chromium";
  // Chromium refuses to run as root with its sandbox.
  const flags = ["--headless=new", "--disable-gpu", "--virtual-time-budget=20000", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  const { stdout } = await promisify(execFile)(chromium, [...flags, "--dump-dom", page], { timeout: 120000 });
  await promisify(execFile)(chromium, [...flags, "--window-size=760,420", "--screenshot=build/heap.png", page], { timeout: 120000 });
  console.log(/id="result">([^<]*)</.exec(stdout)[1]);
  server.close();
}
