"""How much data and how many repetitions: enough to say something, and in CI enough to say that it runs."""

from dataclasses import dataclass, replace


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


_SMALL = Scale("small", 2_000, 200, 20_000, rounds=5, turns=1, requests=5, rows_in_bulk=1_000, rows_to_import=1_000)
_MEDIUM = replace(
    _SMALL,
    name="medium",
    people=100_000,
    events=10_000,
    relations=1_000_000,
    turns=5,
    requests=20,
    rows_in_bulk=10_000,
    rows_to_import=20_000,
)
_FULL = replace(
    _MEDIUM,
    name="full",
    people=1_000_000,
    events=100_000,
    relations=10_000_000,
    turns=7,
    rows_to_import=100_000,
)
SCALES = {scale.name: scale for scale in (_SMALL, _MEDIUM, _FULL)}
