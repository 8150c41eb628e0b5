"""Shows the published signatures of the gateway to the code of the example that reads them. Run in the top folder."""

import json
import sys

sys.path.insert(0, "examples/any-language")

from trust import MAX_AGE_S, came_through_the_gateway  # noqa: E402

with open("tests/gateway/signatures.json", encoding="utf-8") as file:
    published = json.load(file)


def is_believed(vector, now, method=None, key=published["key"]):
    names = {"userId": "x-wayleave-user-id", "session": "x-wayleave-session", "payload": "x-wayleave-payload"}
    headers = {header: vector[name] for name, header in names.items() if vector.get(name) is not None}
    headers["x-wayleave-signature"] = vector["signature"]
    return came_through_the_gateway(key, method or vector["method"], vector["target"], headers, now)


assert len(published["vectors"]) >= 5
for vector in published["vectors"]:
    name, at = vector["name"], vector["at"]
    assert is_believed(vector, at), name
    assert is_believed(vector, at + MAX_AGE_S) and is_believed(vector, at - MAX_AGE_S), name
    assert not is_believed(vector, at + MAX_AGE_S + 1), name
    assert not is_believed(vector, at - MAX_AGE_S - 1), name
    assert not is_believed(vector, at, method="BREW"), name
    assert not is_believed(vector, at, key=published["key"][::-1]), name
    for signature in ["", "v1", vector["signature"].replace("v1", "v2"), vector["signature"][:-1], f" {vector['signature']}"]:
        assert not is_believed({**vector, "signature": signature}, at), (name, signature)
