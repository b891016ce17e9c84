"""One caller of the API, who keeps the connection and a token."""

from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlencode

import orjson
from rest_framework_simplejwt.tokens import AccessToken

from benchmarks.database import staff
from benchmarks.rounds import Work, timed

LONGER_THAN_A_RUN = timedelta(hours=6)


class Caller:
    """Calls lists of people on one server."""

    def __init__(self, port: int) -> None:
        token = AccessToken.for_user(staff())
        token.set_exp(lifetime=LONGER_THAN_A_RUN)
        self._headers = {"Authorization": f"Bearer {token}", "Host": "127.0.0.1"}  # one name, so that links agree
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, parameters: dict[str, str]) -> bytes:
        """Return the body of the list of people with these parameters."""
        self._connection.request("GET", f"/api/v1/users/?{urlencode(parameters)}", headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"{parameters} was answered with {response.status}: {body.decode()[:500]}")
        return body

    def ids(self, parameters: dict[str, str]) -> list[str]:
        """Return the ids of the people on a page."""
        return [person["id"] for person in orjson.loads(self.get(parameters))["results"]]

    def requests(self, parameters: dict[str, str], number: int) -> Work:
        """Return the work of ``number`` requests, its seconds being those of one."""
        return lambda: timed(lambda: [self.get(parameters) for _ in range(number)]) / number
