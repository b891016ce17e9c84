"""A burst of registrations over HTTP, while others go on reading. With PROVE=1 in the environment at full size."""

import time
from collections.abc import Callable
from http import HTTPStatus

from tests.load.burst import CUSTOMERS, Burst, Readers, assert_all_are_in
from tests.load.site import Site

SECONDS_OF_QUIET = 3
Record = Callable[[str, object], None]


def test_burst_is_answered_and_others_go_on_reading(site: Site, record_property: Record) -> None:
    stage = site.ask("stage", CUSTOMERS)
    readers = Readers(site.port, stage["others"], next(iter(stage["tokens"].values())))
    with readers.reading():
        time.sleep(SECONDS_OF_QUIET)
    statuses_in_quiet = {answer.status for answer in readers.answers}
    quiet = readers.p95()
    burst = Burst(site.port, stage["event"], stage["tokens"])

    begun = time.monotonic()
    with readers.reading():
        burst.run()
    seconds = time.monotonic() - begun

    allowed = {HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    assert set(burst.statuses()) <= allowed
    assert burst.rude() == []
    assert {answer.status for answer in readers.answers} | statuses_in_quiet == {HTTPStatus.OK}
    assert len(burst.created) == CUSTOMERS
    assert_all_are_in(site, burst, stage)
    for status, number in burst.statuses().items():
        record_property(f"answered {status}", number)
    record_property("registrations a second", round(CUSTOMERS / seconds))
    record_property("reads meanwhile", len(readers.answers))
    record_property("ms p95 of reads in quiet", quiet)
    record_property("ms p95 of reads meanwhile", readers.p95())
