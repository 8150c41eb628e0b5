"""Session data, through the origin's service API."""

import json
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener


class SessionEnded(Exception):
    """The session was ended since its access token was issued."""


class Unavailable(Exception):
    """The origin or its database cannot be reached now."""


class Unexpected(Exception):
    """An answer that is a fault of ours: a wrong service key, say."""


class Origin:
    """Calls one origin. The service key opens every session: it belongs into no page and no log."""

    def __init__(self, url, service_key):
        self.url = url
        self.service_key = service_key

    def change_data(self, handle, change):
        """Replaces the data of a session by `change(data)`, and returns that. Others may write between our
        read and our write: then the version is another, and it is done again."""
        while True:
            _, stored = self._call("GET", handle)
            data = change(stored.get("data"))
            status, _ = self._call("PUT", handle, {"data": data}, {"if-match": f'"{stored["version"]}"'})
            if status == 200:
                return data

    def _call(self, method, handle, body=None, headers=None):
        """The status, 200 or 412, and the answer's body."""
        request = Request(
            f"{self.url}/v1/sessions/{handle}/data",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.service_key}", "content-type": "application/json", **(headers or {})},
        )
        try:
            with OPENER.open(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refusal:
            return refusal.code, self._refusal(refusal)
        except (OSError, HTTPException) as failure:
            raise Unavailable from failure

    def _refusal(self, refusal):
        if refusal.code == 503:
            raise Unavailable from refusal
        body = json.load(refusal)
        if body.get("code") == "unauthorised":
            raise SessionEnded from refusal
        if refusal.code != 412:
            raise Unexpected(f"the origin answered {refusal.code} {body.get('code')}") from refusal
        return body


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


# The service key goes to the origin and to nobody else.
OPENER = build_opener(ProxyHandler({}), _NoRedirects)
