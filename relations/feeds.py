"""People's calendars at secret addresses, which calendar programs fetch without sign-in.

One for each person, with what they lead and what they registered for. Whoever asks for a new address ends the old one.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils import timezone as clock

from events.models import Event, EventStatus
from relations.models import CalendarFeed
from relations.querysets import LIVE
from users.accounts.tokens import digest_of
from users.models import User
from users.signals import sign_in_changed

SECRET_BYTES = 32
PAST = timedelta(days=365)
AT_MOST = 1_000


def open_feed(*, user: User) -> str:
    """Return the secret of a new address of a person's calendar, which nobody can read again; the old one ends."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.update_or_create(user=user, defaults={"digest": digest_of(secret), "created_at": clock.now()})
    return secret


def close_feed(*, user: User) -> None:
    """End the address of a person's calendar, if there is one."""
    CalendarFeed.objects.filter(user=user).delete()


def owner_of(secret: str) -> User | None:
    """Return whose calendar a secret opens; None: nobody's, or that of somebody who is not active."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest_of(secret), user__is_active=True).first()
    return feed.user if feed else None


def events_of(user: User) -> "QuerySet[Event]":
    """Return what a person leads or is registered for, of the last year and to come: the latest thousand."""
    theirs = user.relations.filter(status__in=LIVE).order_by().values("event")
    events = Event.objects.filter(pk__in=theirs, start_at__gte=clock.now() - PAST).exclude(status=EventStatus.DRAFT)
    return events.order_by("-start_at", "-pk")[:AT_MOST]


@receiver(sign_in_changed)
def end_with_the_account(*, user: User, **_kwargs: Any) -> None:
    """End the calendar of who may not sign in any more; active again, they ask for a new one."""
    if not user.is_active:
        close_feed(user=user)
