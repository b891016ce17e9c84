"""What the documentation says of a problem: its shape, and the header that says when to come again."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
FAULT = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "pointer": {**TEXT, "description": "JSON pointer to the place in the body."},
        "parameter": {**TEXT, "description": "Name of the parameter of the address."},
        "code": TEXT,
        "detail": TEXT,
    },
}
PROBLEM = {
    "type": "object",
    "description": "A problem as of RFC 9457.",
    "required": ["type", "title", "status", "detail", "error"],
    "properties": {
        "type": {**TEXT, "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "error": {**TEXT, "description": "Equal to “detail”."},
        "errors": {"type": "array", "items": FAULT, "description": "What is wrong with the input, and where."},
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "email: Enter a valid email address.",
            "error": "email: Enter a valid email address.",
            "errors": [{"pointer": "/email", "code": "invalid", "detail": "Enter a valid email address."}],
        }
    ],
}
RETRY_AFTER = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "After how many seconds to send the call again."}
}
