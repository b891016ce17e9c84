"""Calls drawn from the schema of the API, made in process as one caller, and held against the schema."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any, cast

import hypothesis
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase
from rest_framework_simplejwt.tokens import AccessToken
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.access.world import OTHER, OWN, World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
    allow_header_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
# What names an object in a path or a body, and the kind of that object in the world.
KINDS = {
    "users": "user",
    "customers": "customer",
    "segments": "segment",
    "tokens": "token",
    "events": "event",
    "series": "series",
    "relations": "relation",
    "campaigns": "campaign",
    "deliveries": "delivery",
    "email-templates": "template",
    "suppressions": "suppression",
}
FIELDS = {
    "user_id": "user",
    "user_ids": "user",
    "event_id": "event",
    "event": "event",
    "segment_id": "segment",
    "segment": "segment",
}
# What schemathesis says of such a change.
NUMBER_AS_TEXT = re.compile(r"was string, became (number|integer)")
LIMITS_FOR_ONE = 20  # that are thought out for each that is drawn
OnCommit = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Target:
    """An operation, and calls at the limits of each parameter and field, and by methods that it does not have."""

    operation: APIOperation[Any, Any, Any, Any]
    limits: list[Case[Any]]


@dataclass
class Fuzzer:
    """Calls every operation as the caller of ``world``, about ``number`` times each; the same for the same seed.

    What a call creates stays, so that those after it read it; what else it did is taken back, so that ids stay good
    and the caller can neither delete nor lock out themselves. Constraints that wait for the commit are tried, and what
    waits for it is done, before.
    """

    world: World
    number: int
    seed: int
    on_commit: OnCommit
    answers: Counter[int] = field(default_factory=Counter)
    succeeded: set[str] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  # draws cases, no secrets
        self.headers = {}
        if self.world.caller.is_authenticated:
            token = AccessToken.for_user(self.world.caller)
            token.set_exp(lifetime=timedelta(hours=6))
            self.headers = {"Authorization": f"Bearer {token}"}

    def run(self, targets: Sequence[Target]) -> None:
        """Call all of them: a sample of their limits, then at random."""
        for target in targets:
            for case in self.random.sample(target.limits, min(len(target.limits), self.number)):
                self.call(case)
            self.at_random(target.operation)

    def at_random(self, operation: APIOperation[Any, Any, Any, Any]) -> None:
        """Call an operation with what hypothesis draws, good and bad."""
        drawn = hypothesis.strategies.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])
        settings = hypothesis.settings(
            max_examples=self.number,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )

        @hypothesis.seed(self.seed)
        @settings
        @hypothesis.given(case=drawn)
        def call(case: Case[Any]) -> None:
            self.call(case)

        call()

    def call(self, case: Case[Any]) -> None:
        """Make one call and note what came of it."""
        self.aim(case)
        with transaction.atomic():
            with self.on_commit():
                response = case.call(headers=self.headers)
                if case.method not in {"GET", "HEAD", "OPTIONS"}:
                    connection.check_constraints()
            transaction.set_rollback(response.status_code != 201)  # created
        self.answers[response.status_code] += 1
        if response.status_code < 300:  # a success
            self.succeeded.add(case.operation.label)
        checks = CHECKS if reads_as_good(case) else [*CHECKS, negative_data_rejection]
        try:
            case.validate_response(response, checks=checks, headers=self.headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.findings.setdefault(f"{case.operation.label}: {failure.title}", f"{group}")

    def aim(self, case: Case[Any]) -> None:
        """Let most calls that are good so far name objects that there are."""
        if case.meta is None or not case.meta.generation.mode.is_positive or self.random.random() < 0.1:  # one in ten
            return
        kind = KINDS.get(case.operation.path.split("/")[3])
        parameters = case.path_parameters or {}
        if "user_id" in parameters:
            relation = self.world.find("relation", self.random.choice([OWN, OTHER]))
            parameters |= {"id": str(relation.event_id), "user_id": str(relation.user_id)}
        elif "id" in parameters and kind:
            parameters["id"] = self.known(kind)
        if isinstance(case.body, dict):
            for name in FIELDS.keys() & case.body.keys():
                known = self.known(FIELDS[name])
                case.body[name] = [known] if isinstance(case.body[name], list) else known

    def known(self, kind: str) -> str:
        """Return the id of an object of the caller, or of another."""
        return str(self.world.find(kind, self.random.choice([OWN, OTHER])).pk)


def reads_as_good(case: Case[Any]) -> bool:
    """Tell whether bad data may be taken: an empty filter counts as absent, and a number or a null as their text."""
    as_text = any(value in ("", [""], None, "null") for value in (case.query or {}).values())
    return as_text or bool(
        case.meta and NUMBER_AS_TEXT.search(getattr(case.meta.phase.data, "description", None) or "")
    )


def targets_of(application: Any, number: int) -> list[Target]:
    """Return the operations of the schema that the running application answers.

    Of their limits no more are thought out than it takes to draw ``number`` of them: filters alone have thousands.
    """
    schema = openapi.from_wsgi("/api/schema/", application)
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "412"]  # a condition is tried before the body
    operations = [cast("Ok[Any]", found).ok() for found in schema.get_all_operations()]
    generations = [schema.config.generation_for(operation=one, phase="coverage") for one in operations]
    limits = [
        schema.iter_coverage_cases(one, generation_modes=MODES, generation_config=generation)
        for one, generation in zip(operations, generations, strict=True)
    ]
    most = number * LIMITS_FOR_ONE
    return [Target(one, list(islice(cases, most))) for one, cases in zip(operations, limits, strict=True)]
