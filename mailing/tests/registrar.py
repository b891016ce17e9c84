"""A process of the tests that registers somebody and is killed at the moment that its argument names."""

import os
import signal
import sys
from typing import Any

import django

BEFORE_MAIL, BEFORE_COMMIT, AFTER_COMMIT, MAIL_APART = "before mail", "before commit", "after commit", "mail apart"


def die(**_kwargs: Any) -> None:
    """End at once, as when the power fails."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Register the person of the second argument for the event of the third."""
    django.setup()
    from django.db import transaction

    from events.models import Event
    from mailing.registrations import outbox
    from relations.registration import register
    from relations.signals import registrations_changed
    from users.models import User

    moment, user, event = sys.argv[1:]
    if moment in (BEFORE_MAIL, MAIL_APART):
        registrations_changed.disconnect(outbox.tell)
    if moment == MAIL_APART:  # as if it were written after the commit: what this design does not do
        registrations_changed.connect(lambda **_told: transaction.on_commit(die), weak=False)
    if moment in (BEFORE_MAIL, BEFORE_COMMIT):
        registrations_changed.connect(die)
    register(user=User.objects.get(pk=user), event=Event.objects.get(pk=event), actor=None, reason="test")
    die()


if __name__ == "__main__":
    main()
