// Every vector in Chromium, with the modules of the package as they are: an import map says where they lie.

import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(join(process.env.WAYLEAVE_NODE_MODULES, "x.js"))("playwright-core");

const importMap = { imports: { wayleave: "/node_modules/wayleave/esm/index.js", "#wasm": "/node_modules/wayleave/esm/wasm/web.js" } };
const page = `<!doctype html><script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">import { wrongVerdicts } from "/judge.mjs"; window.wrongVerdicts = wrongVerdicts;</script>`;
const types = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
const server = createServer((request, response) => {
  if (request.url === "/") return response.setHeader("content-type", "text/html").end(page);
  const type = types[request.url.split(".").pop()];
  if (type === undefined) return response.writeHead(404).end();
  response.setHeader("content-type", type).end(readFileSync(`.${request.url}`));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: process.env.WAYLEAVE_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction(() => window.wrongVerdicts !== undefined);
  const folder = process.env.WAYLEAVE_VECTORS;
  let count = 0;
  for (const file of readdirSync(folder)) {
    const vectors = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const wrong = await tab.evaluate((setting) => window.wrongVerdicts(setting), { name: file, ...vectors });
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    count += vectors.vectors.length;
  }
  console.log(count);
} finally {
  await browser.close();
  server.close();
}
