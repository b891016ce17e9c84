from benchmarks.report import written
from benchmarks.results import Comparison, Limit, RowResult


def test_table_says_plainly_what_is_missed_met_and_told_only() -> None:
    slow, quick = [0.2, 0.1, 0.4], [0.05, 0.0004, 0.06]
    comparisons = [
        Comparison("slow", "peer", slow, quick, Limit("≥", 0.5)),
        Comparison("quick", "peer", quick, slow, Limit("≥", 0.5)),
        Comparison("part", "peer", slow, quick, Limit("≥", 0.5), target=False),
    ]

    lines = written([RowResult("P9", comparisons, ["a note"])], ["the machine"]).splitlines()

    times = "200 ms (100 ms to 400 ms)", "50 ms (400 µs to 60 ms)"
    assert lines[-8:] == [
        "|---|---|---|---|---|---|---|---|---|",
        f"| P9 | slow | peer | 0.25 | ≥ 0.5 | **missed** | {times[0]} | {times[1]} | 3 |",
        f"| P9 | quick | peer | 4.00 | ≥ 0.5 | **met** | {times[1]} | {times[0]} | 3 |",
        f"| P9 | part | peer | 0.25 | told only |  | {times[0]} | {times[1]} | 3 |",
        "",
        "## Seen on the way",
        "",
        "- **P9** a note",
    ]
    assert "- the machine" in lines
