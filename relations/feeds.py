"""Calendars at secret addresses, which calendar programs fetch without sign-in.

One for each person, with what they lead and what they registered for, and one for each event, with that event alone.
Whoever asks for a new address ends the old one, and so does, for a person's, another password.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.db.models import Case, OuterRef, Q, Subquery, When
from django.dispatch import receiver
from django.utils import timezone as clock

from events.models import Event, EventStatus
from relations.calendars import UNSURE
from relations.models import CalendarFeed
from relations.querysets import LIVE
from users.accounts.tokens import digest_of
from users.models import User
from users.signals import sign_ins_ended

SECRET_BYTES = 32
PAST = timedelta(days=365)
AT_MOST = 1_000

# What a calendar shows: all that somebody takes part in, or one event.
Shown = User | Event


def open_feed(shown: Shown) -> str:
    """Return the secret of a new address of a calendar, which nobody can read again; the old one ends."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    kept = {"digest": digest_of(secret), "created_at": clock.now()}
    CalendarFeed.objects.update_or_create(**_named(shown), defaults=kept)
    return secret


def close_feed(shown: Shown) -> None:
    """End the address of a calendar, if there is one."""
    CalendarFeed.objects.filter(**_named(shown)).delete()


def feed_of(shown: Shown) -> CalendarFeed | None:
    """Return what is kept of the address of a calendar: since when there is one."""
    return CalendarFeed.objects.filter(**_named(shown)).first()


def shown_by(secret: str) -> Shown | None:
    """Return whose calendar, or which event, a secret opens (one query).

    None: nobody's, that of somebody who is not active, or a draft, which nobody outside may know of.
    """
    open_now = Q(user__is_active=True) | (Q(event__isnull=False) & ~Q(event__status=EventStatus.DRAFT))
    feed = CalendarFeed.objects.select_related("user", "event").filter(open_now, digest=digest_of(secret)).first()
    return (feed.user or feed.event) if feed else None


def parts_of(user: User) -> list[tuple[Event, str]]:
    """Return the events that a person leads or is registered for, each with the surest status of their parts in it.

    Of the last year and to come: the latest thousand. One query.
    """
    theirs = user.relations.filter(status__in=LIVE)
    surest = theirs.filter(event=OuterRef("pk")).annotate(is_unsure=Case(When(status__in=UNSURE, then=1), default=0))
    events = Event.objects.filter(pk__in=theirs.order_by().values("event"), start_at__gte=clock.now() - PAST)
    shown = events.exclude(status=EventStatus.DRAFT).order_by("-start_at", "-pk")
    found: Any = shown.annotate(part=Subquery(surest.order_by("is_unsure", "seq").values("status")[:1]))
    return [(event, event.part) for event in found[:AT_MOST]]


def _named(shown: Shown) -> dict[str, Any]:
    return {"user": shown} if isinstance(shown, User) else {"event": shown}


@receiver(sign_ins_ended)
def end_with_the_sign_ins(*, user: User, **_kwargs: Any) -> None:
    """End the calendar with sessions and tokens: who was in before may have made its address."""
    close_feed(user)
