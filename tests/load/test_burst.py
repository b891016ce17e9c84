"""A burst of registrations over HTTP, while others go on reading. With PROVE=1 in the environment at full size."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from http import HTTPStatus

from tests.load.burst import CALLERS, CUSTOMERS, Burst, Readers, assert_all_are_in
from tests.load.site import WORKERS, Site

SECONDS_OF_QUIET = 3
# Customers who register for other events than that of the burst.
SPREAD = CUSTOMERS // 10
# Reads that must be answered while nobody can register.
READS = 20
Record = Callable[[str, object], None]


def test_while_one_event_is_locked_others_have_threads(site: Site, record_property: Record) -> None:
    """A lock that nobody gets is a burst at its worst: one request of each process waits for it, and pages go on."""
    stage = site.ask("stage", CALLERS)
    burst = Burst(site.port, [stage["event"]], stage["tokens"])
    readers = Readers(site.port, stage["others"], next(iter(stage["tokens"].values())))
    waiting_at_most = 0

    def watch() -> None:
        nonlocal waiting_at_most
        while burst.statuses()[HTTPStatus.SERVICE_UNAVAILABLE] < CALLERS or len(readers.answers) < READS:
            waiting_at_most = max(waiting_at_most, waiting())
            time.sleep(0.01)
        locked.close()

    with ExitStack() as locked:
        waiting = locked.enter_context(site.lock_of(stage["event"]))
        with readers.reading():
            burst.run(meanwhile=watch)

    assert waiting_at_most == WORKERS
    assert {answer.status for answer in readers.answers} == {HTTPStatus.OK}
    assert burst.rude() == []
    assert len(burst.created) == CALLERS
    record_property("callers", CALLERS)
    record_property("waited for the lock at most", waiting_at_most)


def test_burst_is_answered_and_others_go_on_reading(site: Site, record_property: Record) -> None:
    stage = site.ask("stage", CUSTOMERS)
    readers = Readers(site.port, stage["others"], next(iter(stage["tokens"].values())))
    with readers.reading():
        time.sleep(SECONDS_OF_QUIET)
    statuses_in_quiet = {answer.status for answer in readers.answers}
    quiet = readers.p95()
    burst = Burst(site.port, [stage["event"]], stage["tokens"])

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
    record_property("most calls of one customer", burst.most_calls)
    record_property("ms p95 of reads meanwhile", readers.p95())

    # As much work without a lock that all want: what reads cost on a machine that is busy and no more.
    spread = Burst(site.port, stage["others"], dict([*stage["tokens"].items()][:SPREAD]), callers=2 * WORKERS)
    with readers.reading():
        spread.run()
    record_property("ms p95 of reads while as many register for other events", readers.p95())
