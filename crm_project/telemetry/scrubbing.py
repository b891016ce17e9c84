"""Taking out of lines and reports what is nobody's business: addresses, numbers, secrets, what people searched for.

Patterns find what has a shape. What has none (a name) is kept out by not being logged: no bodies, no addresses of
pages, no values of variables.
"""

import re
from collections.abc import Mapping
from typing import Any

REMOVED = "…"
# Values under such a name are not shown, whatever they look like.
SECRET_NAME = re.compile(
    r"(?i)pass(word|wd|code)|secret|token|authorization|cookie|api_?key|session_?id|csrf|e_?mail|phone|^address$|body"
)
# Each looks a bounded way ahead, so that no text, however it was made, takes longer than its length.
PATTERNS = (
    # PostgreSQL's details quote the row.
    (re.compile(r"DETAIL:.*?(?=\n(?:HINT|CONTEXT|The above|Traceback|During)|\Z)", re.DOTALL), "DETAIL: " + REMOVED),
    (re.compile(r"(?<=://)[^\s/@]{1,256}@"), REMOVED + "@"),
    (re.compile(r"[^\s@<>()\[\]{},;:\"]{1,128}(?:@|%40)[^\W_](?:[\w-]{0,63}\.){1,9}[\w-]{1,63}"), REMOVED),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+)*"), REMOVED),
    # Our own secrets, in the shapes that users.accounts gives them: tokens, links that are mailed, stored passwords.
    (re.compile(r"\becrm_[\w-]{8,}"), REMOVED),
    (re.compile(r"(?<=/account/confirm/)(?!done/)[^\s/?'\"]+"), REMOVED),
    (re.compile(r"(?<=/account/email/)(?!(?:sent|done)/)[^\s/?'\"]+"), REMOVED),
    (re.compile(r"(?<=/account/password/reset/)(?!(?:sent|done)/)[^\s/?'\"]+"), REMOVED),
    (re.compile(r"(?<=/unsubscribe/)(?!\{)[^\s/?'\"]+"), REMOVED),
    (re.compile(r"(?<=/tickets/)(?!\{)[^\s/?'\"]+|(?<=/calendars/)(?!\{)[^\s/?'\"]+"), REMOVED),
    (re.compile(r"\b(?:argon2|pbkdf2_sha256)\$[^\s'\";]+"), REMOVED),
    (re.compile(r"(?i)\b(bearer|basic|token)\s{1,9}[\w.~+/=-]{8,}"), rf"\1 {REMOVED}"),
    (
        re.compile(
            r"(?i)(password|passwd|secret|token|authorization|cookie|api_?key|sessionid)"
            r"(['\"]?\s{0,9}[=:]\s{0,9}['\"]?)[^\s'\",;&]+"
        ),
        rf"\1\2{REMOVED}",
    ),
    # What stands after the question mark of an address.
    (re.compile(r"(?<=[\w/])\?[\w%.~+\[\]-]{1,128}=[^\s'\"]*"), "?" + REMOVED),
    (re.compile(r"(?<![\w.-])(?:\+\d|\(0|0\d)[\d ()/.-]{6,24}\d(?![\w-])"), REMOVED),
    (re.compile(r"(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"), REMOVED),
)
# Longer texts are cut in the middle: a traceback's first and last lines say what happened.
LONGEST = 20_000


def scrubbed(text: str) -> str:
    """Return ``text`` without e-mail addresses, telephone numbers, secrets and parameters of addresses."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {REMOVED} {text[-LONGEST // 2 :]}"
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def scrub(value: Any) -> Any:
    """Return a copy of ``value`` (what JSON can hold) with every text scrubbed and what has a secret's name removed."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return {
            name: REMOVED if isinstance(name, str) and SECRET_NAME.search(name) and inner is not None else scrub(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set):
        return [scrub(inner) for inner in value]
    return value
