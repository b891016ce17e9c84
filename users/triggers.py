"""Triggers that keep what nobody writes by hand: the row of counts, version and time of change."""

from collections.abc import Sequence

import pgtrigger


def start_counts() -> pgtrigger.Trigger:
    """Return the trigger that gives every new person a row of counts, whichever way people are inserted."""
    return pgtrigger.Trigger(
        name="start_counts",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func="INSERT INTO users_eventcounts (user_id) SELECT id FROM new_rows ORDER BY id; RETURN NULL;",
    )


def written_by_triggers() -> pgtrigger.Trigger:
    """Return the trigger that leaves counts to other triggers (and to a repair under ``crm.repair``).

    ``pg_trigger_depth()`` is 0 for statements of a client and above 0 for those of a trigger.
    """
    return pgtrigger.Trigger(
        name="written_by_triggers",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Condition(
            "pg_trigger_depth() = 0 AND current_setting('crm.repair', true) IS DISTINCT FROM 'on'"
        ),
        func="""
            RAISE EXCEPTION 'Counts follow the relations: nobody writes them.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'users_counts_by_triggers';
        """,
    )


def raise_version(edited: Sequence[str]) -> pgtrigger.Trigger:
    """Return the trigger that raises ``version`` and ``updated_at`` when one of the ``edited`` columns changes.

    It fires only for statements that name one of these columns: a sign-in's ``last_login`` does not pay for it.
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
