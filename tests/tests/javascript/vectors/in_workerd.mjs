// Every vector in workerd, in a worker that is bundled as wrangler bundles: with the condition `workerd`, and the Wasm as a module beside it.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { buildSync } = createRequire(join(process.env.WAYLEAVE_NODE_MODULES, "x.js"))("esbuild");

writeFileSync(
  "worker.mjs",
  `import { wrongVerdicts } from "./judge.mjs";
export default { fetch: async (request) => Response.json(await wrongVerdicts(await request.json())) };
`,
);
const { outputFiles } = buildSync({
  entryPoints: ["worker.mjs"],
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  loader: { ".wasm": "copy" },
  external: ["cloudflare:workers"],
  outdir: "built",
  write: false,
});
for (const { path, contents } of outputFiles) writeFileSync(path.split("/").pop().replace("worker.js", "built.mjs"), contents);
const wasm = outputFiles.map(({ path }) => path.split("/").pop()).find((name) => name.endsWith(".wasm"));
writeFileSync(
  "config.capnp",
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ( name = "main", worker = (
    compatibilityDate = "2026-11-01",
    modules = [ ( name = "built.mjs", esModule = embed "built.mjs" ), ( name = "./${wasm}", wasm = embed "${wasm}" ) ],
  ) ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", service = "main" ) ],
);
`,
);

const workerd = spawn(join(process.env.WAYLEAVE_NODE_MODULES, ".bin/workerd"), ["serve", "--control-fd=3", "config.capnp"], {
  stdio: ["ignore", "inherit", "inherit", "pipe"],
});
try {
  const { port } = JSON.parse(await new Promise((resolve) => workerd.stdio[3].once("data", (line) => resolve(String(line)))));
  const folder = process.env.WAYLEAVE_VECTORS;
  let count = 0;
  for (const file of readdirSync(folder)) {
    const vectors = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: JSON.stringify({ name: file, ...vectors }) });
    const text = await response.text();
    if (text !== "[]") throw new Error(text);
    count += vectors.vectors.length;
  }
  console.log(count);
} finally {
  workerd.kill();
}
