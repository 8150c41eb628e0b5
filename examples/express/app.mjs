// What the documentation of SuperTokens 4.0.X shows for Express ("Usage with Express": initialisation, user login, verify session, session object,
// manipulating session data, refreshing session, user logout, options API). Only the import and `init` are other ones: the rest calls the same
// functions, with the same arguments, and meets the same errors, as an app on supertokens-node-mysql-ref-jwt does.
import http from "node:http";
import express from "express";
import * as SuperTokens from "wayleave/express"; // was: "supertokens-node-mysql-ref-jwt/express"

let app = express();

let config = {
  // Takes the place of `mysql`. What was in `tokens` and `cookie` is now set at the origin.
  origin: { url: process.env.ORIGIN_URL, serviceKey: process.env.SERVICE_KEY },
  issuer: process.env.ISSUER,
};

SuperTokens.init(config)
  .then(() => {
    app.post("/login", login);
    app.post("/like", like);
    app.get("/session-data", readSessionData);
    app.post("/session-data", changeSessionData);
    app.post("/auth/session/refresh", refresh);
    app.get("/devices", devices);
    app.post("/logout", logout);
    app.post("/logout-everywhere", logoutEverywhere);
    app.options("/like", allowLike);
    let server = http.createServer(app);
    server.listen(process.env.PORT ?? 8793, "127.0.0.1");
  })
  .catch((err) => {
    console.log("It cannot start:", err);
    process.exitCode = 1;
  });

// The user was authenticated somehow before.
function login(req, res) {
  let userId = "alice";
  let jwtPayload = { userId, role: "admin" };
  let sessionData = { likes: 0 };
  SuperTokens.createNewSession(res, userId, jwtPayload, sessionData)
    .then((session) => {
      res.send(`Welcome, ${session.getUserId()}`);
    })
    .catch((err) => {
      res.status(500).send("There is no session now");
    });
}

// A POST: so it wants the anti-CSRF token, and nobody else's page can make a browser send it.
function like(req, res) {
  SuperTokens.getSession(req, res, true)
    .then((session) => {
      let userId = session.getUserId();
      res.send(`${userId} likes it`);
    })
    .catch((err) => {
      if (SuperTokens.Error.isErrorFromAuth(err)) {
        if (err.errType === SuperTokens.Error.GENERAL_ERROR) {
          res.status(500).send("Something went wrong");
        } else if (err.errType === SuperTokens.Error.UNAUTHORISED) {
          res.status(440).send("Log in, please");
        } else {
          // TRY_REFRESH_TOKEN: the client in the browser calls the refresh route, and comes back.
          res.status(440).send("Refresh, please");
        }
      } else {
        res.status(500).send("Something went wrong");
      }
    });
}

async function readSessionData(req, res) {
  let session;
  try {
    session = await SuperTokens.getSession(req, res, false);
  } catch (err) {
    return refused(err, res);
  }
  try {
    let jwtPayload = session.getJWTPayload();
    let sessionData = await session.getSessionData();
    res.json({ jwtPayload, sessionData });
  } catch (err) {
    refused(err, res);
  }
}

async function changeSessionData(req, res) {
  let session;
  try {
    session = await SuperTokens.getSession(req, res, true);
  } catch (err) {
    return refused(err, res);
  }
  try {
    let sessionData = await session.getSessionData();
    await session.updateSessionData({ ...sessionData, likes: sessionData.likes + 1 });
    res.send("Changed");
  } catch (err) {
    refused(err, res);
  }
}

function refresh(req, res) {
  SuperTokens.refreshSession(req, res)
    .then((session) => {
      res.send("Refreshed");
    })
    .catch((err) => {
      if (SuperTokens.Error.isErrorFromAuth(err)) {
        if (err.errType === SuperTokens.Error.GENERAL_ERROR) {
          res.status(500).send("Something went wrong");
        } else if (err.errType === SuperTokens.Error.UNAUTHORISED) {
          res.status(440).send("Log in, please");
        } else {
          // UNAUTHORISED_AND_TOKEN_THEFT_DETECTED: two parties have tokens of one session, so all sessions of its user end.
          let userId = err.err.userId;
          let sessionHandle = err.err.sessionHandle;
          console.log(`A refresh token of session ${sessionHandle} was used twice`);
          SuperTokens.revokeAllSessionsForUser(userId).then(() => {
            res.status(440).send("Log in again, please");
          });
        }
      } else {
        res.status(500).send("Something went wrong");
      }
    });
}

// The user's sessions, by their handles.
async function devices(req, res) {
  try {
    let session = await SuperTokens.getSession(req, res, false);
    let handles = await SuperTokens.getAllSessionHandlesForUser(session.getUserId());
    let data = await Promise.all(handles.map((handle) => SuperTokens.getSessionData(handle)));
    res.json(handles.map((handle, index) => ({ handle, data: data[index] })));
  } catch (err) {
    refused(err, res);
  }
}

async function logout(req, res) {
  let session;
  try {
    session = await SuperTokens.getSession(req, res, true);
  } catch (err) {
    return refused(err, res);
  }
  try {
    await session.revokeSession();
    res.send("Bye");
  } catch (err) {
    refused(err, res);
  }
}

async function logoutEverywhere(req, res) {
  try {
    let session = await SuperTokens.getSession(req, res, true);
    await SuperTokens.revokeAllSessionsForUser(session.getUserId());
    res.send("Bye, everywhere");
  } catch (err) {
    refused(err, res);
  }
}

// A pre-flight of a page on another origin.
function allowLike(req, res) {
  res.header("Access-Control-Allow-Origin", "https://page.example");
  res.header("Access-Control-Allow-Methods", "POST");
  SuperTokens.setRelevantHeadersForOptionsAPI(res);
  res.send("");
}

// The branches of every route that are not written out there.
function refused(err, res) {
  if (!SuperTokens.Error.isErrorFromAuth(err)) {
    res.status(500).send("Something went wrong");
  } else if (err.errType === SuperTokens.Error.GENERAL_ERROR) {
    res.status(500).send("Something went wrong");
  } else if (err.errType === SuperTokens.Error.UNAUTHORISED) {
    res.status(440).send("Log in, please");
  } else {
    res.status(440).send("Refresh, please");
  }
}
