import pytest
from django.db import connection

from benchmarks.counting import triggers_off


def enabled_triggers() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_trigger WHERE tgrelid = 'relations_usereventrelation'::regclass "
            "AND tgname LIKE 'pgtrigger_count_%%' AND tgenabled = 'O'"
        )
        (number,) = cursor.fetchone()
        return int(number)


def fail_without_triggers(seen: list[int]) -> None:
    with triggers_off():
        seen.append(enabled_triggers())
        raise ZeroDivisionError


@pytest.mark.django_db
def test_triggers_are_on_again_when_the_block_fails() -> None:
    seen: list[int] = []

    with pytest.raises(ZeroDivisionError):
        fail_without_triggers(seen)

    assert seen == [0]
    assert enabled_triggers() == 3
