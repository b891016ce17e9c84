from collections.abc import Callable

from benchmarks.rounds import interleaved


def recording(name: str, calls: list[str]) -> Callable[[], float]:
    def work() -> float:
        calls.append(name)
        return float(len(calls))

    return work


def test_works_take_turns_in_an_order_that_turns_round() -> None:
    calls: list[str] = []

    interleaved({name: recording(name, calls) for name in "ab"}, rounds=3)

    assert "".join(calls) == "ba" + "ab" + "ba" + "ab"


def test_the_round_that_warms_up_is_dropped() -> None:
    calls: list[str] = []

    seconds = interleaved({name: recording(name, calls) for name in "ab"}, rounds=2)

    assert seconds == {"a": [3.0, 6.0], "b": [4.0, 5.0]}
