"""Calls of the site, each on a connection of its own, as of people who do not know each other."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from time import perf_counter

SECONDS = 30
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """What came back; ``status`` is ``NO_ANSWER`` where the connection was refused or broke."""

    status: int
    seconds: float
    retry_after: str | None = None


def call(port: int, method: str, path: str, token: str = "") -> Answer:
    """Send one request and return its answer, if any came."""
    headers = {"Connection": "close", "Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    connection, begun = HTTPConnection("127.0.0.1", port, timeout=SECONDS), perf_counter()
    try:
        connection.request(method, path, "{}" if method == "POST" else None, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        return Answer(NO_ANSWER, perf_counter() - begun)
    finally:
        connection.close()
    return Answer(response.status, perf_counter() - begun, response.getheader("Retry-After"))
