"""How much data and how many repetitions: enough to say something, and in CI enough to say that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The seeded rows, and the sizes of what is timed; ``rounds`` is the least number of times anything is timed."""

    name: str
    people: int
    events: int
    relations: int
    rounds: int
    turns: int  # how many rounds short work gets in place of one
    requests: int  # per round
    rows_in_bulk: int
    rows_to_import: int


SCALES = {
    scale.name: scale
    for scale in (
        Scale("small", 2_000, 200, 20_000, rounds=5, turns=1, requests=5, rows_in_bulk=1_000, rows_to_import=1_000),
        Scale(
            "medium",
            100_000,
            10_000,
            1_000_000,
            rounds=7,
            turns=5,
            requests=20,
            rows_in_bulk=10_000,
            rows_to_import=20_000,
        ),
        Scale(
            "full",
            1_000_000,
            100_000,
            10_000_000,
            rounds=9,
            turns=5,
            requests=20,
            rows_in_bulk=10_000,
            rows_to_import=100_000,
        ),
    )
}
