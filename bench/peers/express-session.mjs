// What most apps on Express have: `express-session`, kept by `express-mysql-session`. Options are those that the two recommend; what they leave open is at its default.
//
// | route | what it does |
// |---|---|
// | POST /login | a new session with a user and data: `{userId, sessionData}` |
// | GET /data | reads the session, answers its data; the middleware then moves the session's end |
// | PUT /data | reads the session, replaces its data, writes it |
// | GET /healthz | answers |
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import mysqlSession from 'express-mysql-session';
import { database, serve } from './settings.mjs';

const Store = mysqlSession(session);
const store = new Store(database);
await store.onReady();

const app = express();

app.get('/healthz', (_, response) => response.json({ status: 'ok' }));

app.use(
  session({
    store,
    secret: randomBytes(32).toString('hex'),
    // The package recommends both where the store can touch a session, as this one can.
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 100 * 24 * 3600 * 1000, httpOnly: true },
  }),
);

app.post('/login', express.json(), (request, response, next) => {
  // Against fixation, as the package's guide has it.
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.userId = request.body.userId;
    request.session.data = request.body.sessionData;
    request.session.save((error) => (error ? next(error) : response.json({})));
  });
});

const loggedIn = (request, response, next) =>
  request.session.userId === undefined ? response.status(401).json({}) : next();

app.get('/data', loggedIn, (request, response) => response.json({ data: request.session.data }));

app.put('/data', loggedIn, express.json(), (request, response, next) => {
  request.session.data = request.body.data;
  request.session.save((error) => (error ? next(error) : response.json({})));
});

serve(app);
