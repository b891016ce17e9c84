import pytest

from benchmarks.results import Comparison, Limit


def compared(limit: Limit, *, ours: float, theirs: float, gross: float | None = None) -> Comparison:
    return Comparison("work", "peer", [ours * 9, ours, ours], [theirs, theirs, theirs / 9], limit, gross=gross)


@pytest.mark.parametrize(
    ("sign", "ratio"),
    [("≥", 0.25), ("≤", 4.0)],
)
def test_ratio_of_work_that_takes_four_times_as_long_follows_the_sign(sign: str, ratio: float) -> None:
    limit = Limit("≥" if sign == "≥" else "≤", 1)

    assert compared(limit, ours=4, theirs=1).ratio == ratio


def test_speed_is_met_at_the_limit_and_missed_below() -> None:
    limit = Limit("≥", 0.5)

    assert compared(limit, ours=2, theirs=1).met
    assert not compared(limit, ours=2.1, theirs=1).met


def test_time_is_met_at_the_limit_and_missed_above() -> None:
    limit = Limit("≤", 1.5)

    assert compared(limit, ours=3, theirs=2).met
    assert not compared(limit, ours=3.1, theirs=2).met


def test_part_without_a_target_is_never_missed() -> None:
    assert Comparison("work", "peer", [9], [1], Limit("≥", 1), target=False).met


def test_sane_is_within_what_holds_at_any_size() -> None:
    limit = Limit("≥", 0.5)

    assert compared(limit, ours=10, theirs=1, gross=0.1).sane
    assert not compared(limit, ours=11, theirs=1, gross=0.1).sane
