#!/usr/bin/env python
"""Ask the web server in this container for one address; exit 0 only for a 200.

The question carries a host that ALLOWED_HOSTS lets in.
"""

import http.client
import os
import sys

PORT = 8000
SECONDS = 4


def allowed_host() -> str:
    """Return a host name that the first entry of ALLOWED_HOSTS accepts."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    return first.lstrip(".") if first not in {"", "*"} else "localhost"


def status(path: str, *, port: int = PORT) -> int:
    """Return the status code of ``GET path``; raises OSError where nothing answers in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"Host": allowed_host()})
        return connection.getresponse().status
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        answer = status(sys.argv[1])
    except (OSError, http.client.HTTPException) as problem:
        sys.exit(f"no answer: {problem}")
    sys.exit(0 if answer == http.HTTPStatus.OK else f"answered {answer}")
