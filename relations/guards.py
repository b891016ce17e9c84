"""The triggers that refuse what no service does: to rewrite the ledger, move a relation, or set seats by hand."""

import pgtrigger

_BY_HAND = "pg_trigger_depth() = 0"  # in a statement of a client; those of a trigger are deeper


def ledger_guards() -> list[pgtrigger.Trigger]:
    """Return the triggers by which the ledger is appended to by triggers alone, and forgotten with its event alone.

    What it says never changes; its person may be forgotten.
    """
    said = pgtrigger.UpdateOf("relation_id", "from_status", "to_status", "reason", "at")
    forgetting = "current_setting('crm.forgetting', true) IS DISTINCT FROM 'on'"
    return [
        pgtrigger.Protect(name="append_only", operation=said),
        pgtrigger.Protect(
            name="nobody_else_did_it",
            operation=pgtrigger.UpdateOf("actor_id"),
            condition=pgtrigger.Condition("NEW.actor_id IS NOT NULL AND NEW.actor_id IS DISTINCT FROM OLD.actor_id"),
        ),
        _refusing("lines_by_triggers", pgtrigger.Insert, _BY_HAND, "The ledger is written by triggers alone."),
        _refusing("lines_stay", pgtrigger.Delete, forgetting, "The ledger keeps what happened."),
    ]


def part_is_fixed() -> pgtrigger.Trigger:
    """Return the trigger by which a relation stays that of its person, event and role, at its place in the queue.

    Moved, it would take a seat for no reason that the ledger knows.
    """
    return pgtrigger.Trigger(
        name="part_is_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("event_id", "user_id", "role", "seq"),
        condition=pgtrigger.AnyChange("event", "user", "role", "seq"),
        func=_raise("A relation stays that of its person, event and role: end it and add another.", "part_is_fixed"),
    )


def offers_end() -> pgtrigger.Trigger:
    """Return the trigger by which an offer that names no end, such as an imported one, lasts until the event begins.

    Without an end it would hold its seat for good.
    """
    return pgtrigger.Trigger(
        name="offers_end",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
        condition=pgtrigger.Condition("NEW.status = 'offered' AND NEW.offer_expires_at IS NULL"),
        func="""
            NEW.offer_expires_at := (SELECT start_at FROM events_event WHERE id = NEW.event_id);
            RETURN NEW;
        """,
    )


def seat_guards() -> list[pgtrigger.Trigger]:
    """Return the triggers by which seats follow the relations (or a repair), and no place in the order comes twice."""
    by_hand = f"{_BY_HAND} AND current_setting('crm.repair', true) IS DISTINCT FROM 'on'"
    seats = pgtrigger.Insert | pgtrigger.UpdateOf("event_id", "taken", "waiting")
    return [
        _refusing("seats_by_triggers", seats, by_hand, "Seats follow the relations: nobody writes them."),
        pgtrigger.Trigger(
            name="places_rise",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("next_seq"),
            condition=pgtrigger.Condition("NEW.next_seq < OLD.next_seq"),
            func=_raise("A place in the order of arrival is given out once.", "places_rise"),
        ),
    ]


def _refusing(
    name: str, operation: pgtrigger.Operation | pgtrigger.Operations, condition: str, message: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
        condition=pgtrigger.Condition(condition),
        func=_raise(message, name),
    )


def _raise(message: str, name: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_{name}';"
