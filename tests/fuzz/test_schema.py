"""Every operation of the schema, called as everybody: no error of the server, no answer outside the schema.

With PROVE=1 in the environment as all six callers, else as three.
FUZZ_EXAMPLES says how many calls are drawn for each operation, in two ways; FUZZ_SEED which.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.access.test_matrix import MAY_NEVER_SUCCEED, rules
from tests.access.world import CAST, world_of
from tests.fuzz.calls import Fuzzer, Target, targets_of

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
# Everybody when it is to be proved; else one of each sort: who runs events, who comes, and who is not signed in.
ROLES = list(CAST) if os.environ.get("PROVE") else ["organizer", "customer", "nobody"]
SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
# Of the calls that the matrix lets a role make, this share must have succeeded, however few are drawn: whoever is not
# who they are to be, or calls what is not there, breaks no word of the schema and shows nothing.
SHARE = 0.4


def least_successes(role: str) -> int:
    """Return how many operations have to succeed as ``role``: a share of those that the matrix says are theirs."""
    likely = [outcomes[role] for route, outcomes in rules().items() if route.name not in MAY_NEVER_SUCCEED]
    return int(SHARE * sum(own == "ok" for own, _others in likely))


@pytest.fixture(scope="module")
def one_connection() -> Iterator[None]:
    """Let requests leave connections alone, as Django's own client does: they are those of the tests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def targets(one_connection: None) -> list[Target]:
    """Return what is called."""
    return targets_of(get_wsgi_application(), EXAMPLES)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_answers_are_what_the_schema_says(
    role: str,
    targets: list[Target],
    settings: Settings,
    record_property: Callable[[str, object], None],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    fuzzer = Fuzzer(world_of(role), EXAMPLES, SEED, lambda: django_capture_on_commit_callbacks(execute=True))

    fuzzer.run(targets)

    record_property("requests", fuzzer.answers.total())
    record_property("answers", ", ".join(f"{status}: {number}" for status, number in sorted(fuzzer.answers.items())))
    record_property("succeeded", f"{len(fuzzer.succeeded)} of {len(targets)}")
    assert fuzzer.findings == {}, "\n".join([f"Drawn with FUZZ_SEED={SEED}", *fuzzer.findings.values()])
    assert len(fuzzer.succeeded) >= least_successes(role), sorted(fuzzer.succeeded)
