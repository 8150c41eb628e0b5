"""An app behind the gateway, in Python's standard library: no package of ours, no token, no cookie.

It does what an app in any language does: it reads who is asking from headers, and says in headers what
shall happen to the session. Settings come from the environment: APP_LISTEN, ORIGIN_URL, SERVICE_KEY, TRUST_KEY.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from origin import Origin, SessionEnded, Unavailable, Unexpected
from trust import came_through_the_gateway, session_of

MAX_BODY_BYTES = 16 * 1024
PAGE = Path(__file__).with_name("page.html").read_bytes()


class Refusal(Exception):
    """What a request is answered with instead."""

    def __init__(self, status, code):
        self.status = status
        self.body = {"status": status, "code": code}


class App(BaseHTTPRequestHandler):
    """Serves one connection. Which paths need a session is the gateway's to know: PROTECTED_PATHS."""

    protocol_version = "HTTP/1.1"
    # An answer is sent in one piece.
    wbufsize = -1
    origin: Origin
    trust_key: str

    def log_in(self):
        """Logs a user in: the gateway makes the session, and puts its cookies on our answer."""
        body = self.json_body()
        if type(body.get("userId")) not in (int, str):
            raise Refusal(400, "bad_request")

        # A real app checks here that it is this user: a password, OAuth, a passkey.

        # Only these three: a browser must not say which session its own replaces.
        session = {name: body[name] for name in ("userId", "jwtPayload", "sessionData") if name in body}
        self.answer(200, {"status": "OK"}, {"x-wayleave-create-session": header_json(session)})

    def me(self):
        """Tells who is asking, without a call to anybody."""
        session = self.session()
        self.answer(200, {"userId": session.user_id, "session": session.handle, "jwtPayload": session.payload})

    def change_role(self):
        """Changes what the access token carries: the gateway asks the origin for a new one."""
        role = self.json_body().get("role")
        payload = self.session().payload
        payload = {**(payload if isinstance(payload, dict) else {}), "role": role}
        self.answer(200, {"status": "OK"}, {"x-wayleave-update-payload": header_json(payload)})

    def count(self):
        """Counts in the session's data, which the origin keeps."""

        def one_more(data):
            data = data if isinstance(data, dict) else {}
            counter = data.get("counter")
            return {**data, "counter": counter + 1 if isinstance(counter, int) else 1}

        self.answer(200, self.origin.change_data(self.session().handle, one_more))

    def page(self):
        """Somewhere to look."""
        self.answer(200, PAGE)

    def health(self):
        """Runs while the process does."""
        self.answer(200, {"status": "ok"})

    ROUTES = {
        ("GET", "/"): page,
        ("GET", "/healthz"): health,
        ("POST", "/login"): log_in,
        ("GET", "/api/me"): me,
        ("POST", "/api/counter"): count,
        ("POST", "/api/role"): change_role,
    }

    def handle_request(self):
        """Finds the route, and turns each way to fail into an answer."""
        try:
            self.body = self.read_body()
            route = self.ROUTES.get((self.command, self.path.partition("?")[0]))
            if route is None:
                raise Refusal(404, "not_found")
            if route is not App.health and not self.is_trusted():
                raise Refusal(403, "not_through_the_gateway")
            route(self)
        except Refusal as refusal:
            self.answer(refusal.status, refusal.body)
        except SessionEnded:
            # The browser has to forget it too.
            self.answer(401, {"status": 401, "code": "unauthorised"}, {"x-wayleave-revoke-session": "current"})
        except Unexpected as fault:
            self.log_error("%s", fault)
            self.answer(500, {"status": 500, "code": "internal"})
        except Unavailable as failure:
            self.log_error("the origin cannot be reached: %r", failure.__cause__)
            self.answer(503, {"status": 503, "code": "unavailable"}, {"retry-after": "1"})

    do_GET = do_POST = handle_request

    def is_trusted(self):
        """Whether the trust headers of this request are the gateway's."""
        return came_through_the_gateway(self.trust_key, self.command, self.path, self.headers, time.time())

    def session(self):
        """The session of this request. The gateway refuses requests without one, so this is the second lock."""
        session = session_of(self.headers)
        if session is None:
            raise Refusal(401, "unauthorised")
        return session

    def read_body(self):
        """The request's body, read whole before anything is answered."""
        length = int(self.headers.get("content-length", 0))
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            raise Refusal(413, "body_too_large")
        return self.rfile.read(length)

    def json_body(self):
        """The request's body, if it is a JSON object."""
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "bad_request")
        return body

    def answer(self, status, body, headers=None):
        """Sends an answer: bytes as a page, anything else as JSON."""
        is_page = isinstance(body, bytes)
        content = body if is_page else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8" if is_page else "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("cache-control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def header_json(value):
    """JSON in ASCII, as a header wants it."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as infinite:
        raise Refusal(400, "bad_request") from infinite


def main():
    """Listens until it is stopped."""
    try:
        App.origin = Origin(os.environ["ORIGIN_URL"], os.environ["SERVICE_KEY"])
        App.trust_key = os.environ["TRUST_KEY"]
        host, port = os.environ.get("APP_LISTEN", "127.0.0.1:8791").rsplit(":", 1)
    except KeyError as missing:
        sys.exit(f"{missing.args[0]} is not set: see README.md")
    server = ThreadingHTTPServer((host, int(port)), App)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
