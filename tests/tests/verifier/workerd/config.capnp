# The built worker as it is deployed, with the JavaScript of the tests in front of it.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "verifier",
      worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "worker.mjs", esModule = embed "worker.mjs" ),
          ( name = "index.js", esModule = embed "/edge/build/index.js" ),
          ( name = "index_bg.wasm", wasm = embed "/edge/build/index_bg.wasm" ),
        ],
      ),
    ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", service = "verifier" ) ],
);
