// jose as its documentation shows it: one key set, made once; signature, issuer, type and times checked for each request.

import { env } from "cloudflare:workers";
import { createLocalJWKSet, errors, jwtVerify } from "jose";

const keys = createLocalJWKSet(JSON.parse(env.KEY_SET));
const options = { issuer: env.ISSUER, algorithms: ["EdDSA"], typ: "at+jwt" };
const cookie = /(?:^|; )sAccessToken=([^;]+)/;

/** The claims of the request's access token, if it has a valid one. */
export async function verify(request) {
  const token = cookie.exec(request.headers.get("cookie"))?.[1];
  if (token === undefined) return undefined;
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
