// Who verifies what a token bears, each in a loop. `input`: keySet, issuer, now (Unix seconds), tokens. Every loop gives how many were good.

import { createLocalJWKSet, jwtVerify } from "jose";
import { initSync, Loop } from "../../target/wasm/bench/verifier.js";

export async function loops(input, wasm) {
  initSync({ module: wasm });
  const own = new Loop(JSON.stringify(input.keySet), input.issuer, input.now, input.tokens);

  const keys = createLocalJWKSet(input.keySet);
  const options = { issuer: input.issuer, algorithms: ["EdDSA"], typ: "at+jwt", currentDate: new Date(input.now * 1000) };

  const [{ kty, crv, x }] = input.keySet.keys;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
  const parts = input.tokens.map((token) => {
    const dot = token.lastIndexOf(".");
    const bytes = atob(token.slice(dot + 1).replaceAll("-", "+").replaceAll("_", "/"));
    return { signed: new TextEncoder().encode(token.slice(0, dot)), signature: Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)) };
  });

  const one = async (times, verify) => {
    let good = 0;
    for (let index = 0; index < times; index++) good += (await verify(index % input.tokens.length)) ? 1 : 0;
    return good;
  };
  return {
    wayleave: (times) => own.verify(times),
    "new-key": (times) => own.verify_with_new_keys(times),
    verify_strict: (times) => own.verify_strict(times),
    jose: (times) => one(times, (index) => jwtVerify(input.tokens[index], keys, options)),
    webcrypto: (times) => one(times, (index) => crypto.subtle.verify("Ed25519", key, parts[index].signature, parts[index].signed)),
  };
}
