"""What tests read from the API's answers."""

import re
from datetime import datetime
from typing import Any

PEOPLE = "/api/v1/users/"


def problem(response: Any) -> tuple[int, list[tuple[str, str]]]:
    """Return the status of a problem, and the place and code of each of its faults."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["error"] == body["detail"]
    return response.status_code, [(e.get("parameter") or e.get("pointer"), e["code"]) for e in body.get("errors", [])]


def names(response: Any) -> list[str]:
    """Return the first names on a page, in order."""
    assert response.status_code == 200, response.content
    return [row["first_name"] for row in response.json()["results"]]


def shown(moment: datetime) -> str:
    """Return a time as the API shows it: the fraction of the second without zeros at its end."""
    return re.sub(r"(\.\d*?)0+\+", r"\1+", moment.isoformat()).replace(".+", "+")
