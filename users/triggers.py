"""Triggers that keep what no stale ``save()`` may touch: counters, version and time of change."""

from collections.abc import Sequence

import pgtrigger


def keep_counters(*counters: str) -> list[pgtrigger.Trigger]:
    """Return triggers that leave ``counters`` to other triggers (and to a repair under ``crm.repair``).

    A ``save()`` writes every column, so one that read 0 before a trigger wrote 1 would set it back.
    ``pg_trigger_depth()`` is 0 for statements of a client and above 0 for those of a trigger.
    """
    restored = " ".join(f"NEW.{counter} := OLD.{counter};" for counter in counters)
    zeroed = " ".join(f"NEW.{counter} := 0;" for counter in counters)
    some_set = " OR ".join(f"NEW.{counter} <> 0" for counter in counters)
    return [
        pgtrigger.Trigger(
            name="keep_counters",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf(*counters),
            condition=pgtrigger.Condition(
                "pg_trigger_depth() = 0 AND current_setting('crm.repair', true) IS DISTINCT FROM 'on'"
            ),
            func=f"{restored} RETURN NEW;",
        ),
        pgtrigger.Trigger(
            name="start_counters_at_zero",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition(some_set),
            func=f"{zeroed} RETURN NEW;",
        ),
    ]


def raise_version(edited: Sequence[str]) -> pgtrigger.Trigger:
    """Return the trigger that raises ``version`` and ``updated_at`` when one of the ``edited`` columns changes.

    It fires only for statements that name one of these columns: a counter's update does not pay for it.
    """
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in edited)
    return pgtrigger.Trigger(
        name="raise_version",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(*edited, "version", "updated_at"),
        func=f"""
            NEW.version := OLD.version;
            NEW.updated_at := OLD.updated_at;
            IF {changed} THEN
                NEW.version := OLD.version + 1;
                NEW.updated_at := clock_timestamp();
            END IF;
            RETURN NEW;
        """,
    )
