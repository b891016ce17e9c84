from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MO, WEEKLY, rrule
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.recurrence import FREQUENCIES, at_wall_time, moved, normalised, occurrences

BERLIN = ZoneInfo("Europe/Berlin")


def starts(rule: str, first: datetime, zone: ZoneInfo = BERLIN) -> list[str]:
    """Return the starts as the clocks of ``zone`` show them."""
    return [f"{one.start.astimezone(zone):%Y-%m-%d %H:%M %z}" for one in occurrences(rule, first, zone)]


def wall(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_weekly_series_keeps_its_hour_over_both_changes_of_the_clocks() -> None:
    found = starts("FREQ=WEEKLY;INTERVAL=17;COUNT=3", wall("2026-03-03T18:30"))

    assert found == ["2026-03-03 18:30 +0100", "2026-06-30 18:30 +0200", "2026-10-27 18:30 +0100"]


def test_hour_that_the_clocks_skip_is_read_with_the_offset_before() -> None:
    skipped = occurrences("FREQ=DAILY;COUNT=3", wall("2026-03-28T02:30"), BERLIN)

    assert [f"{one.start.astimezone(BERLIN):%d %H:%M}" for one in skipped] == ["28 02:30", "29 03:30", "30 02:30"]
    assert [one.skipped for one in skipped] == [False, True, False]


def test_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    repeated = occurrences("FREQ=DAILY;COUNT=3", wall("2026-10-24T02:30"), BERLIN)

    assert [f"{one.start.astimezone(BERLIN):%d %H:%M %z}" for one in repeated] == [
        "24 02:30 +0200",
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]
    assert [one.repeated for one in repeated] == [False, True, False]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", ["2026-01-13", "2026-02-10", "2026-03-10"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2026-01-13", "2026-01-31", "2026-02-28"]),
        ("FREQ=WEEKLY;UNTIL=20260127", ["2026-01-13", "2026-01-20", "2026-01-27"]),
        ("FREQ=WEEKLY;UNTIL=20260127T172959Z", ["2026-01-13", "2026-01-20"]),
        ("rrule:freq=weekly;byday=tu,th;count=3;", ["2026-01-13", "2026-01-15", "2026-01-20"]),
        ("FREQ=YEARLY;COUNT=2", ["2026-01-13", "2027-01-13"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2026-01-13", "2026-01-30"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", ["2026-01-13", "2026-02-13", "2026-03-13"]),
    ],
)
def test_rules(rule: str, days: list[str]) -> None:
    assert [text[:10] for text in starts(rule, wall("2026-01-13T18:30"))] == days


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "rule"),
        ("every Tuesday", "rule"),
        ("FREQ=HOURLY;COUNT=3", "frequency"),
        ("COUNT=3", "rule"),
        ("FREQ=WEEKLY", "end"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20270101", "end"),
        ("FREQ=WEEKLY;UNTIL=TOMORROW", "rule"),
        ("FREQ=WEEKLY;COUNT=201", "too_many"),
        ("FREQ=DAILY;UNTIL=99990101", "too_many"),
        ("FREQ=WEEKLY;COUNT=1", "nothing"),
        ("FREQ=WEEKLY;COUNT=X", "rule"),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", "rule"),
        ("FREQ=WEEKLY;BYHOUR=3;COUNT=2", "rule"),
        ("FREQ=WEEKLY;UNTIL=20269999", "rule"),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=3", "rule"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "rule"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=3", "nothing"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;COUNT=3", "rule"),
        ("FREQ=MONTHLY;BYDAY=6TU;COUNT=3", "rule"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=20;COUNT=3", "rule"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYSETPOS=2;COUNT=3", "rule"),
        ("FREQ=MONTHLY;BYSETPOS=2;COUNT=3", "rule"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=32;COUNT=3", "rule"),
        ("FREQ=WEEKLY;COUNT=2" + ";" * 300 + "X", "rule"),
    ],
)
def test_bad_rule_is_refused_with_what_is_wrong(rule: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        occurrences(rule, wall("2026-01-13T18:30"), BERLIN)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "BYDAY cannot be “XX” with FREQ=WEEKLY: give days out of MO, TU"),
        ("FREQ=MONTHLY;BYDAY=6TU;COUNT=3", "BYDAY cannot be “6TU” with FREQ=MONTHLY: give days such as TU or -1FR"),
        ("FREQ=WEEKLY;INTERVAL=1000;COUNT=3", "INTERVAL cannot be “1000” with FREQ=WEEKLY: give a number from 1"),
        ("FREQ=WEEKLY;BYHOUR=3;COUNT=2", "“BYHOUR” does not go with FREQ=WEEKLY. Known beside it: FREQ, INTERVAL"),
    ],
)
def test_refusal_says_whether_the_name_or_the_value_is_wrong(rule: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        normalised(rule)

    assert refused.value.messages[0].startswith(said)


def test_every_part_of_a_rule_says_what_it_may_be() -> None:
    for frequency, known in FREQUENCIES.items():
        for name in known.keys() - {"FREQ"}:
            with pytest.raises(ValidationError, match=f"{name} cannot be “” with FREQ={frequency}: give "):
                normalised(f"FREQ={frequency};{name}=")


def test_stored_rule_is_in_one_form() -> None:
    assert normalised(" rrule:freq=weekly;count=3; ") == "FREQ=WEEKLY;COUNT=3"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  # on the wall
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]),
)
def test_time_on_the_wall_is_what_the_clocks_show(naive: datetime, name: str) -> None:
    zone = ZoneInfo(name)

    found = at_wall_time(naive, zone)

    shown = found.start.astimezone(zone).replace(tzinfo=None)
    assert (shown == naive) is not found.skipped
    assert not found.skipped or timedelta() < shown - naive <= timedelta(hours=1)
    assert found.start.tzinfo == UTC


def test_move_keeps_the_hour_on_the_wall_over_a_change_and_into_another_zone() -> None:
    before = wall("2026-03-27T18:30")

    assert moved(before, timedelta(days=3), BERLIN, BERLIN) == wall("2026-03-30T18:30")
    assert moved(before, timedelta(hours=1), BERLIN, ZoneInfo("Asia/Tokyo")) == wall(
        "2026-03-27T19:30", ZoneInfo("Asia/Tokyo")
    )


def test_starts_are_those_of_a_plain_reference() -> None:
    found = [
        one.start.astimezone(BERLIN).replace(tzinfo=None)
        for one in occurrences("FREQ=WEEKLY;BYDAY=MO;COUNT=9", wall("2026-03-02T09:00"), BERLIN)
    ]

    assert found == list(rrule(WEEKLY, byweekday=MO, count=9, dtstart=datetime(2026, 3, 2, 9)))  # noqa: DTZ001  # on the wall
