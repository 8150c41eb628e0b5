// What the verifier of the package says to vectors. Runs on every platform.

import { Error as AuthError, verifyAccessToken } from "wayleave";

// Those that get another verdict than they should.
export async function wrongVerdicts({ name, keySet, issuer, maxValiditySeconds, now, vectors }) {
  const wrong = [];
  for (const vector of vectors) {
    const told = await verdict(verifyAccessToken(vector.token, keySet, { issuer, maxValiditySeconds, now }));
    if (told !== vector.verdict) wrong.push(`${name}: ${vector.name}: expected ${vector.verdict}, got ${told}`);
  }
  return wrong;
}

async function verdict(verified) {
  try {
    const claims = await verified;
    return claims.sub === undefined ? "accepted without claims" : "accepted";
  } catch (error) {
    if (!AuthError.isErrorFromAuth(error) || error.errType !== AuthError.TRY_REFRESH_TOKEN) throw error;
    return error.message;
  }
}
