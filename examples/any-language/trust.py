"""Who is asking: the headers that the gateway writes, and the signature that proves it was the gateway.

The gateway removes every `x-wayleave-*` header that a client sends. Whoever reaches the app past the
gateway has not got TRUST_KEY, so cannot sign.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

TRUST_HEADERS = ("x-wayleave-user-id", "x-wayleave-session", "x-wayleave-payload")
# How old a signature may be, and how far the two clocks may differ.
MAX_AGE_S = 60


@dataclass(frozen=True)
class Session:
    """One log-in of one user."""

    handle: str
    # The number 1 and the string "1" are two users.
    user_id: int | str
    # None also where the app gave none at the log-in.
    payload: Any


def came_through_the_gateway(key, method, target, headers, now):
    """Whether the gateway sent this request, with these trust headers. `target` is path and query, `now` Unix seconds."""
    match = re.fullmatch(r"v1,([0-9]{1,12}),([0-9a-f]{64})", headers.get("x-wayleave-signature", ""))
    if match is None or abs(now - int(match[1])) > MAX_AGE_S:
        return False
    lines = ["v1", match[1], method, target, *(headers.get(name, "") for name in TRUST_HEADERS)]
    code = hmac.new(key.encode(), "\n".join(lines).encode("latin-1"), hashlib.sha256)
    return hmac.compare_digest(code.hexdigest(), match[2])


def session_of(headers):
    """The session of a request that came through the gateway; None where there is none, as on a public path."""
    user_id, handle, payload = (headers.get(name) for name in TRUST_HEADERS)
    if user_id is None or handle is None:
        return None
    return Session(handle, user_id_of(user_id), None if payload is None else json.loads(payload))


def user_id_of(text):
    """Reads the text form of a user id: digits are an integer, what begins with a quotation mark is a
    JSON string, and everything else is the string itself."""
    if text.startswith('"'):
        return json.loads(text)
    if re.fullmatch(r"0|-?[1-9][0-9]*", text, re.ASCII):
        return int(text)
    return text
