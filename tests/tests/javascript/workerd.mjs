// A worker in workerd, bundled as wrangler bundles: with the condition `workerd`, and the Wasm as a module beside it.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const packages = process.env.WAYLEAVE_NODE_MODULES;
const { buildSync } = createRequire(join(packages, "x.js"))("esbuild");

/** Serves a worker with this source and these variables: where, and what stops it. */
export async function serve(source, variables = {}) {
  writeFileSync("worker.mjs", source);
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
  const files = outputFiles.map(({ path, contents }) => ({ name: path.split("/").pop(), contents }));
  for (const { name, contents } of files) writeFileSync(name === "worker.js" ? "built.mjs" : name, contents);
  const wasm = files.map(({ name }) => name).find((name) => name.endsWith(".wasm"));
  const bindings = Object.entries(variables).map(([name, value]) => `( name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)} )`);
  writeFileSync(
    "config.capnp",
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = (
      compatibilityDate = "2026-11-01",
      modules = [ ( name = "built.mjs", esModule = embed "built.mjs" ), ( name = "./${wasm}", wasm = embed "${wasm}" ) ],
      bindings = [ ${bindings.join(", ")} ],
      globalOutbound = "network",
    ) ),
    ( name = "network", network = ( allow = ["private"] ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", service = "main" ) ],
);
`,
  );
  const workerd = spawn(join(packages, ".bin/workerd"), ["serve", "--control-fd=3", "config.capnp"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const told = await new Promise((resolve) => workerd.stdio[3].once("data", (line) => resolve(String(line))));
  return { url: `http://127.0.0.1:${JSON.parse(told).port}`, stop: () => workerd.kill() };
}
