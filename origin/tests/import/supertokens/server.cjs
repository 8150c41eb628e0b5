// The system that sessions are moved from: the npm package itself, on a real database, as an app's server uses it.
//
// Reads one JSON text from its input: `{database, logIns, refreshes}`. Answers with one line of JSON: what the browsers of the log-ins hold afterwards, and what
// became of the refreshes.
const { ServerResponse, IncomingMessage } = require('node:http');
const SuperTokens = require('supertokens-node-mysql-ref-jwt/express');

/** A response as Express makes it, as far as the package uses it. */
function response() {
  const response = new ServerResponse(new IncomingMessage(null));
  response.header = response.setHeader;
  return response;
}

/** The cookies of a browser that got this response, after those that it had. */
function cookies(before, response) {
  const after = { ...before };
  for (const line of [response.getHeader('Set-Cookie') ?? []].flat()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    after[name] = value;
  }
  return after;
}

function request(cookies, headers) {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  return { headers: { ...headers, cookie } };
}

async function refreshed(jar) {
  const res = response();
  await SuperTokens.refreshSession(request(jar, {}), res);
  return cookies(jar, res);
}

/** Logs somebody in, and lets their browser refresh (`refresh`) and call an API (`use`). */
async function logIn({ userId, jwtPayload, sessionData, steps = [] }) {
  const res = response();
  await SuperTokens.createNewSession(res, userId, jwtPayload, sessionData);
  let jar = cookies({}, res);
  const refreshTokens = [jar.sRefreshToken];
  for (const step of steps) {
    if (step === 'refresh') {
      jar = await refreshed(jar);
      refreshTokens.push(jar.sRefreshToken);
    } else {
      const res = response();
      await SuperTokens.getSession(request(jar, {}), res, false);
      jar = cookies(jar, res);
    }
  }
  return { refreshTokens, jar };
}

/** What a refresh gives: the new cookies, or the error's type. */
async function refresh(jar) {
  try {
    return { jar: await refreshed(jar) };
  } catch (error) {
    return { errType: error.errType };
  }
}

async function main() {
  let input = '';
  for await (const part of process.stdin) input += part;
  const { database, logIns = [], refreshes = [], uses = [] } = JSON.parse(input);
  await SuperTokens.init({
    mysql: database,
    tokens: { refreshToken: { renewTokenPath: '/refresh' } },
    cookie: { domain: 'app.example' },
  });
  const answer = { logIns: [], refreshes: [], uses: [] };
  for (const one of logIns) answer.logIns.push(await logIn(one));
  for (const jar of refreshes) answer.refreshes.push(await refresh(jar));
  for (const jar of uses) {
    const res = response();
    await SuperTokens.getSession(request(jar, {}), res, false);
    answer.uses.push({ jar: cookies(jar, res) });
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`${error.stack ?? JSON.stringify(error.err?.message ?? error)}\n`);
  process.exit(1);
});
