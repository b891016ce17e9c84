"""A burst of registrations while what serves it is killed. With PROVE=1 in the environment at full size."""

import os
import random
import signal
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from tests.load.burst import CUSTOMERS, Burst, assert_all_are_in
from tests.load.calls import NO_ANSWER
from tests.load.site import Site

KILLS = 6 if os.environ.get("PROVE") else 2
Record = Callable[[str, object], None]


def test_burst_outlives_killed_web_processes_and_restarts_of_the_database(site: Site, record_property: Record) -> None:
    stage = site.ask("stage", CUSTOMERS)
    burst = Burst(site.port, [stage["event"]], stage["tokens"])
    chance = random.Random(1)  # noqa: S311  # to be the same again
    blows: list[Callable[[], None]] = [partial(site.kill_a_worker, chance)] * KILLS
    blows += [partial(site.restart_database, way) for way in (signal.SIGINT, signal.SIGQUIT)]

    def strike() -> None:
        for number, blow in enumerate(blows, 1):
            burst.until(number / (len(blows) + 1))
            blow()

    burst.run(meanwhile=strike)

    allowed = {NO_ANSWER, HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE}
    assert set(burst.statuses()) <= allowed
    assert burst.rude() == []
    assert_all_are_in(site, burst, stage)
    record_property("web processes killed", KILLS)
    record_property("restarts of PostgreSQL", 2)
    record_property("registrations", CUSTOMERS)
    record_property("connections that broke", burst.statuses()[NO_ANSWER])
    record_property("answered 201", burst.statuses()[HTTPStatus.CREATED])
    record_property("answered 200 on coming back", burst.statuses()[HTTPStatus.OK])
    record_property("answered 503", burst.statuses()[HTTPStatus.SERVICE_UNAVAILABLE])
