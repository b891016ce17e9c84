"""Few threads at a narrow place: who waits, who is turned away and until when, and that nothing is left behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from api.bulkheads import LONGEST_WAIT, Bulkhead
from api.exceptions import Crowded

PATIENCE = 20.0


def eventually(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.001)


@contextmanager
def threads(*jobs: Callable[[], object]) -> Iterator[None]:
    """Run ``jobs`` beside the block, and wait for them at its end."""
    running = [threading.Thread(target=job) for job in jobs]
    for one in running:
        one.start()
    yield
    for one in running:
        one.join(PATIENCE)


def passing(bulkhead: Bulkhead, place: str, seen: list[str], word: str) -> Callable[[], None]:
    """Return the job of having a turn at ``place``, which notes ``word``, or that there was none."""

    def job() -> None:
        try:
            with bulkhead.turn(place):
                seen.append(word)
        except Crowded:
            seen.append(f"no {word}")

    return job


def test_place_is_passed_one_at_a_time() -> None:
    bulkhead, at_once, most = Bulkhead(inside=4, waiting=20, patience=PATIENCE), 0, 0

    def job() -> None:
        nonlocal at_once, most
        for _time in range(20):
            with bulkhead.turn("event"):
                at_once += 1
                most = max(most, at_once)
                time.sleep(0)
                at_once -= 1

    with threads(*[job] * 8):
        pass

    assert (most, bulkhead.crowd()) == (1, (0, 0))


def waits(bulkhead: Bulkhead, number: int) -> bool:
    return bulkhead.crowd() == (1, number)


def test_who_waits_goes_in_by_the_order_of_coming() -> None:
    bulkhead, seen = Bulkhead(inside=4, waiting=3, patience=PATIENCE), list[str]()
    with ExitStack() as jobs, bulkhead.turn("event"):
        for number in range(3):
            jobs.enter_context(threads(passing(bulkhead, "event", seen, str(number))))
            eventually(partial(waits, bulkhead, number + 1))
        with pytest.raises(Crowded), bulkhead.turn("event"):
            pass
        assert seen == []
    assert (seen, bulkhead.crowd()) == (["0", "1", "2"], (0, 0))


def test_patience_ends() -> None:
    bulkhead = Bulkhead(inside=4, waiting=1, patience=0.01)
    with bulkhead.turn("event"):
        began = time.monotonic()
        with pytest.raises(Crowded) as turned_away, bulkhead.turn("event"):
            pass
        assert 0.01 <= time.monotonic() - began < PATIENCE
        assert (turned_away.value.status_code, turned_away.value.wait, bulkhead.crowd()) == (503, 1, (1, 0))
    assert bulkhead.crowd() == (0, 0)


def test_turn_ends_with_an_exception() -> None:
    bulkhead = Bulkhead(inside=1, waiting=0, patience=0)
    for _time in range(3):
        with pytest.raises(ZeroDivisionError), bulkhead.turn("event"):
            raise ZeroDivisionError
    assert bulkhead.crowd() == (0, 0)


def test_other_places_are_passed_meanwhile_up_to_the_number_inside() -> None:
    bulkhead, seen = Bulkhead(inside=2, waiting=1, patience=PATIENCE), list[str]()
    with ExitStack() as jobs, bulkhead.turn("one"), bulkhead.turn("two"):
        jobs.enter_context(threads(passing(bulkhead, "three", seen, "three")))
        eventually(lambda: bulkhead.crowd() == (2, 1))
        passing(bulkhead, "four", seen, "four")()
        assert seen == ["no four"]
    assert (seen, bulkhead.crowd()) == (["no four", "three"], (0, 0))


def test_crowd_comes_back_as_fast_as_it_can_be_served() -> None:
    bulkhead = Bulkhead(inside=1, waiting=0, patience=0)
    bulkhead._pace = 0.5
    waits = []
    with bulkhead.turn("event"):
        for _person in range(100):
            with pytest.raises(Crowded) as turned_away, bulkhead.turn("event"):
                pass
            waits.append(turned_away.value.wait)

    # Two a second; from the sixtieth on all are asked to come after the longest wait.
    assert waits[:8] == [1, 1, 1, 1, 2, 2, 3, 3]
    assert (waits == sorted(waits), waits[-1]) == (True, LONGEST_WAIT)


def test_pace_is_learnt_from_turns() -> None:
    bulkhead = Bulkhead(inside=1, waiting=0, patience=0)
    for _time in range(3):
        with bulkhead.turn("event"):
            time.sleep(0.002)
    assert 0.0005 < bulkhead._pace < PATIENCE
