"""Addresses of the API of mail, and what its answers have in common."""

from typing import Any

SEND = "/api/v1/users/send_email/"
CAMPAIGNS = "/api/v1/campaigns/"
NOTHING = dict.fromkeys(
    ["queued", "claimed", "sending", "sent", "failed", "suppressed", "in_doubt", "cancelled", "frozen"], 0
)


def faults(response: Any) -> list[tuple[str, str]]:
    """Return the places and texts of a refusal."""
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    return [
        (fault.get("pointer") or fault.get("parameter", ""), fault["detail"]) for fault in response.json()["errors"]
    ]
