"""The floor: one statement by psycopg, and ``json.dumps`` of the very bytes that the product answers. No Django here.

It checks nobody's token, so the product pays for its sign-in on top.
"""

import base64
import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import psycopg

COLUMNS = (
    *("id", "external_id", "first_name", "last_name", "email", "phone_number", "avatar", "gender", "job_title"),
    *("company", "city", "state", "timezone", "language", "hosted_count", "attended_count"),
    *("roles", "created_at", "updated_at"),
)
PAGE = 50
# The names stand for what a hand-written statement would have in the same places.
_STATEMENT = """
    SELECT id::text, external_id, first_name, last_name, email, phone_number, avatar, gender, job_title,
           company, city, state, timezone, language, c.hosted, c.attended,
           ARRAY(SELECT g.name FROM users_user_groups m JOIN auth_group g ON g.id = m.group_id
                  WHERE m.user_id = u.id ORDER BY g.name),
           to_json(created_at) #>> '{}', to_json(updated_at) #>> '{}',
           crm_name_key(first_name, last_name) COLLATE "C"
      FROM users_user u JOIN users_eventcounts c ON c.user_id = u.id
     WHERE crm_sort_key(company) COLLATE "C" = crm_sort_key(%(company)s) COLLATE "C"
       AND crm_sort_key(city) COLLATE "C" = crm_sort_key(%(city)s) COLLATE "C"
       AND crm_sort_key(job_title) COLLATE "C" = crm_sort_key(%(job_title)s) COLLATE "C"
     ORDER BY crm_name_key(first_name, last_name) COLLATE "C", id LIMIT 51
"""
_local = threading.local()

Environment = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


def application(environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the people of one company, city and job title."""
    query = parse_qsl(environment["QUERY_STRING"])
    found = _connection().execute(_STATEMENT, dict(query)).fetchall()
    page = [dict(zip(COLUMNS, row, strict=False)) for row in found[:PAGE]]
    answer = {"next": _next(environment, query, found), "previous": None, "results": page}
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ["BENCH_CONNINFO"], autocommit=True)
    connection: psycopg.Connection[Any] = _local.connection
    return connection


def _next(environment: Environment, query: list[tuple[str, str]], found: list[Any]) -> str | None:
    if len(found) <= PAGE:
        return None
    last = found[PAGE - 1]
    place = json.dumps(["name", "after", last[-1], last[0]], ensure_ascii=False, separators=(",", ":")).encode()
    cursor = base64.urlsafe_b64encode(place).rstrip(b"=").decode()
    address = f"http://{environment['HTTP_HOST']}{environment['PATH_INFO']}"
    return f"{address}?{urlencode(sorted([*query, ('cursor', cursor)]))}"
