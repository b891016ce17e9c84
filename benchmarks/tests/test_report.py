from benchmarks.report import written
from benchmarks.results import Comparison, Limit, RowResult


def test_table_says_plainly_what_is_missed_met_and_told_only() -> None:
    slow, quick = [0.2, 0.1, 0.4], [0.05, 0.0004, 0.06]
    comparisons = [
        Comparison("slow", "peer", slow, quick, Limit("≥", 0.5)),
        Comparison("quick", "peer", quick, slow, Limit("≥", 0.5)),
        Comparison("part", "peer", slow, quick, Limit("≥", 0.5), target=False),
    ]

    result = RowResult("P9", comparisons, ["a note"])
    lines = written([result], ["the machine"], taken={"P9": "today"}, rows=["P9"]).splitlines()

    times = "200 ms (100 ms to 400 ms)", "50 ms (400 µs to 60 ms)"
    assert lines[-8:] == [
        "|---|---|---|---|---|---|---|---|---|---|",
        f"| P9 | slow | peer | 0.25 | ≥ 0.5 | **missed** | {times[0]} | {times[1]} | 3 | today |",
        f"| P9 | quick | peer | 4.00 | ≥ 0.5 | **met** | {times[1]} | {times[0]} | 3 | today |",
        f"| P9 | part | peer | 0.25 | told only |  | {times[0]} | {times[1]} | 3 | today |",
        "",
        "## Seen on the way",
        "",
        "- **P9** a note",
    ]
    assert "- the machine" in lines


def test_rows_that_were_not_run_stay_as_they_were_and_where_they_were() -> None:
    def run(name: str, day: str, before: str = "") -> str:
        comparison = Comparison(f"work of {name}", "peer", [0.2], [0.1], Limit("≥", 0.5))
        result = RowResult(name, [comparison], [f"seen {day}"])
        return written([result], ["the machine"], taken={name: day}, rows=["P1", "P2", "P10"], before=before)

    document = run("P1", "on Monday", run("P10", "on Sunday", run("P1", "on Friday")))

    table = [line.split(" | ")[0::9] for line in document.splitlines() if line.startswith("| P")]
    assert table == [["| P1", "on Monday |"], ["| P10", "on Sunday |"]]
    assert document.endswith("- **P1** seen on Monday\n- **P10** seen on Sunday\n")
