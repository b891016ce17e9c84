"""The demo's data: a small organisation with a year of events, made by the rules of the product."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone as clock

from events.models import Event, EventStatus
from events.services import create_event
from relations.demo_programme import PROGRAMME, Planned
from relations.ledger import stated
from relations.models import Role, Status, UserEventRelation
from relations.seats import lock_capacity
from relations.seeding.draws import Zipf
from relations.seeding.rows import COMPANIES, MAILBOX_NAMES
from relations.seeding.words import CITIES, FIRST_NAMES, JOB_TITLES, LAST_NAMES
from relations.services import add_relation, end_relation
from users.models import Segment, User
from users.segments.services import create_segment

DEMO_PREFIX = "demo-"
PEOPLE = 120
HOSTS = 14  # the first people are the ones who host
# Chances of those who registered: not to come, and (from there on) to cancel.
NO_SHOW, CANCELLED = 0.12, 0.22
REASON = "demo"
SEGMENTS: list[dict[str, Any]] = [
    {
        "name": "Hosts and regulars",
        "description": "Whom we ask first: who hosts, and who came three times or more.",
        "filter": {"or": [{"hosted": {}}, {"attended": {"min": 3}}]},
    },
    {
        "name": "Waited twice, never let in",
        "description": "They are owed a place.",
        "filter": {"waitlisted": {"min": 2, "admitted": False}},
    },
]


@transaction.atomic
def make_demo_data() -> bool:
    """Store about 120 people, 25 events before and after today, who took part, and two segments.

    The same each time, but for the days, which are counted from today. Stores nothing and returns False where anybody
    but staff is known already: a database in use is no demo.
    """
    if User.objects.filter(is_staff=False).exists():
        return False
    random = Random(2026)  # noqa: S311  # data, not a secret
    people = _make_people(random)
    today = clock.now().date()
    for number, planned in enumerate(PROGRAMME, start=1):
        start = datetime.combine(today + timedelta(days=planned.days), time(planned.hour), ZoneInfo(planned.zone))
        hosts = random.sample(people[:HOSTS], random.choice((1, 1, 2, 3)))
        event = _make_event(number, planned, start, hosts[0])
        _record(event, Role.HOST, [(host, Status.CONFIRMED) for host in hosts])
        others = [person for person in people if person not in hosts]  # hosts come to each other's events too
        _fill(event, random.sample(others, planned.people), random)
    for segment in SEGMENTS:
        create_segment(segment=Segment(**segment), actor=None)
    return True


def _make_people(random: Random) -> list[User]:
    """Store people who work for few companies and live in few cities."""
    lasts, firsts = random.sample(LAST_NAMES, k=len(LAST_NAMES)), random.sample(FIRST_NAMES, k=len(FIRST_NAMES))
    titles, companies, cities = (
        Zipf(JOB_TITLES).draw(random, PEOPLE),
        Zipf(COMPANIES[:20]).draw(random, PEOPLE),
        Zipf(CITIES[:12]).draw(random, PEOPLE),
    )
    people = []
    for number in range(PEOPLE):
        first, last = firsts[number % len(firsts)], lasts[(number * 7) % len(lasts)]
        city, state, zone = cities[number]
        person = User(
            external_id=f"{DEMO_PREFIX}person-{number + 1}",
            email=f"{MAILBOX_NAMES[first]}.{MAILBOX_NAMES[last]}.{number + 1}@example.com",
            first_name=first,
            last_name=last,
            job_title=titles[number],
            company=companies[number],
            city=city,
            state=state,
            timezone=zone,
            phone_number=f"+1202555{100 + number:04d}",
        )
        person.set_unusable_password()
        person.full_clean()
        people.append(person)
    return User.objects.bulk_create(people)


def _make_event(number: int, planned: Planned, start: datetime, owner: User) -> Event:
    event = Event(
        external_id=f"{DEMO_PREFIX}event-{number}",
        title=planned.title,
        description=f"{planned.title} at {planned.venue}.",
        organizer="Example Society",
        start_at=start,
        end_at=start + timedelta(hours=planned.hours),
        timezone=planned.zone,
        venue=planned.venue,
        max_capacity=planned.capacity,
        waitlist_enabled=planned.waitlist,
        status=planned.status,
    )
    return create_event(event=event, actor=owner, host_ids=[])


def _fill(event: Event, people: Sequence[User], random: Random) -> None:
    """Record who takes part; where there is room for few or none, people register one by one, as the rules decide."""
    if event.max_capacity is None or len(people) < event.max_capacity or event.status != EventStatus.ACTIVE:
        _record(event, Role.ATTENDEE, [(person, _became(event, random.random())) for person in people])
        return
    for person in people:
        relation, _new = add_relation(user=person, event=event, role=Role.ATTENDEE, actor=person, reason=REASON)
        if random.random() < NO_SHOW:
            end_relation(relation=relation, actor=person, reason=REASON)


def _record(event: Event, role: Role, parts: Sequence[tuple[User, Status]]) -> None:
    """Store parts in an event in one statement, which the triggers guard and count as any other."""
    capacity = lock_capacity(event.pk)
    with stated(actor=None, reason=REASON):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user=person, event=event, role=role, status=status, seq=seq)
            for seq, (person, status) in enumerate(parts, start=capacity.next_seq)
        )


def _became(event: Event, chance: float) -> Status:
    """Return what became of somebody who registered."""
    if event.status == EventStatus.CANCELLED or NO_SHOW <= chance < CANCELLED:
        return Status.CANCELLED
    if event.status == EventStatus.ACTIVE:
        return Status.CONFIRMED
    return Status.NO_SHOW if chance < NO_SHOW else Status.ATTENDED
