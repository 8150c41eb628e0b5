// The npm package that the documented system is, on Express, as its guide has it. What it does not fix is left at its default: anti-CSRF is on, blacklisting off.
//
// | route | what it does |
// |---|---|
// | POST /login | creates a session: `{userId, jwtPayload, sessionData}` |
// | GET /data | verifies the access token, reads the session data |
// | PUT /data | verifies the access token and the anti-CSRF token, replaces the session data |
// | POST /refresh | trades the refresh token |
// | GET /me | verifies the access token; its first use after a refresh writes to the database |
// | GET /healthz | answers |
import express from 'express';
import SuperTokens from 'supertokens-node-mysql-ref-jwt/express.js';
import { database, serve } from './settings.mjs';

await SuperTokens.init({
  mysql: database,
  tokens: { refreshToken: { renewTokenPath: '/refresh' } },
  cookie: { domain: 'app.example' },
});

const app = express();

app.get('/healthz', (_, response) => response.json({ status: 'ok' }));

app.post('/login', express.json(), async (request, response) => {
  const { userId, jwtPayload, sessionData } = request.body;
  await SuperTokens.createNewSession(response, userId, jwtPayload, sessionData);
  response.json({});
});

app.get('/data', async (request, response) => {
  const session = await SuperTokens.getSession(request, response, false);
  response.json({ data: await session.getSessionData() });
});

app.put('/data', express.json(), async (request, response) => {
  const session = await SuperTokens.getSession(request, response, true);
  await session.updateSessionData(request.body.data);
  response.json({});
});

app.post('/refresh', async (request, response) => {
  await SuperTokens.refreshSession(request, response);
  response.json({});
});

app.get('/me', async (request, response) => {
  const session = await SuperTokens.getSession(request, response, false);
  response.json({ userId: session.getUserId() });
});

// Express knows an error route by its four parameters.
app.use((error, _request, response, _next) => {
  const status = error.errType > SuperTokens.Error.GENERAL_ERROR ? 401 : 500;
  response.status(status).json({ errType: error.errType, detail: error.err?.message ?? error.message });
});

serve(app);
