"""Synthetic rows as lines of COPY's text format. No word of ours holds a tab or a backslash."""

import math
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from relations.seeding.draws import Zipf, key
from relations.seeding.parts import PARTS, Parts
from relations.seeding.plan import Kind, Plan
from relations.seeding.words import (
    CITIES,
    COMPANY_KINDS,
    COMPANY_STEMS,
    FIRST_NAMES,
    FORMATS,
    GENDERS,
    JOB_TITLES,
    LAST_NAMES,
    TOPICS,
    VENUES,
)

NULL = r"\N"


def _mailbox_name(name: str) -> str:
    """Return a name as it stands in addresses: letters of ASCII, lower case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalpha, plain)).lower()


KEY_BYTES = 16
DRAWN_AT_ONCE = 1_000
PEOPLE_COLUMNS = (
    "id, external_id, email, first_name, last_name, phone_number, avatar, gender, job_title, company, city, state, "
    "timezone, language, password, is_superuser, is_staff, is_active, version, created_at, updated_at"
)
COUNTS_COLUMNS = "user_id, hosted, attended"
EVENT_COLUMNS = (
    "id, external_id, slug, title, description, organizer, start_at, end_at, timezone, venue, max_capacity, "
    "waitlist_enabled, status, version, created_at, updated_at"
)
RELATION_COLUMNS = "id, user_id, event_id, role, status, seq, created_at"
LEDGER_COLUMNS = "relation_id, from_status, to_status, reason, at"
CAPACITY_COLUMNS = "event_id, taken, waiting, next_seq"
WITHOUT_EMAIL, WITHOUT_PHONE, UNLIMITED = 0.02, 0.4, 0.4  # shares of people and of events
HOURS = (2, 3, 8, 48)
ARRIVALS = timedelta(days=60)
MAILBOX_NAMES = {name: _mailbox_name(name) for name in FIRST_NAMES + LAST_NAMES}
COMPANIES = [f"{stem} {kind}" for kind in COMPANY_KINDS for stem in COMPANY_STEMS]


class Keys(bytearray):
    """Many UUIDs in 16 bytes each."""

    def text(self, number: int) -> str:
        """Return one of them in hexadecimal, as PostgreSQL reads it."""
        return self[KEY_BYTES * number : KEY_BYTES * (number + 1)].hex()


def people(plan: Plan, parts: Parts, keys: Keys) -> Iterator[tuple[str, str]]:
    """Yield people, each with the line of their counts, and append their keys to ``keys``."""
    random = plan.random("people")
    for number, words in enumerate(_drawn(random, plan.users)):
        first, last, title, company, gender, (city, state, zone) = words
        joined, chance = plan.joined(number), random.random()
        keys += key(joined, random)
        address = f"{MAILBOX_NAMES[first]}.{MAILBOX_NAMES[last]}.{number}@seed{plan.seed}.example"
        email = NULL if chance < WITHOUT_EMAIL else address
        phone = "" if chance < WITHOUT_PHONE else f"+1202555{number % 10_000:04d}"
        person = (
            f"{keys.text(number)}\tseed-{plan.seed}-person-{number}\t{email}\t{first}\t{last}\t{phone}\t\t{gender}\t"
            f"{title}\t{company}\t{city}\t{state}\t{zone}\ten\t!{keys.text(number)}\tf\tf\tt\t1\t{joined}\t{joined}\n"
        )
        yield person, f"{keys.text(number)}\t{parts.hosted[number]}\t{parts.attended[number]}\n"


def _drawn(random: Random, count: int) -> Iterator[tuple[str, str, str, str, str, list[str]]]:
    """Yield what ``count`` people are called, do and live: first and last name, title, company, gender, city."""
    ranked = (FIRST_NAMES, LAST_NAMES, ["", *JOB_TITLES], ["", *COMPANIES], GENDERS)
    first, last, title, company, gender = (Zipf(words) for words in ranked)
    city = Zipf(CITIES)
    for begin in range(0, count, DRAWN_AT_ONCE):
        size = min(DRAWN_AT_ONCE, count - begin)
        words = (zipf.draw(random, size) for zipf in (first, last, title, company, gender))
        yield from zip(*words, city.draw(random, size), strict=True)


def events(plan: Plan, parts: Parts, keys: Keys) -> Iterator[str]:
    """Yield events with room for the people they have, and append their keys to ``keys``."""
    random = plan.random("events")
    topic, form, city, company = Zipf(TOPICS), Zipf(FORMATS), Zipf(CITIES), Zipf(COMPANIES)
    for number, (start, kind) in enumerate(zip(plan.starts, plan.kinds, strict=True)):
        created = start - timedelta(days=90)
        keys += key(created, random)
        [what], [how], [by] = topic.draw(random, 1), form.draw(random, 1), company.draw(random, 1)
        [(place, _state, zone)] = city.draw(random, 1)
        end = start + timedelta(hours=random.choice(HOURS))
        taken, _waiting = parts.seats(number)
        capacity = taken if kind is Kind.FULL else _capacity(taken, random.random())
        status = Kind.OPEN.value if kind is Kind.FULL else kind.value
        slug = f"seed-{plan.seed}-{what.lower()}-{how.lower()}-{number}"
        yield (
            f"{keys.text(number)}\tseed-{plan.seed}-event-{number}\t{slug}\t{what} {how} {place} {start.year}\t"
            f"{how} on {what} in {place}, by {by}.\t{by}\t{start}\t{end}\t"
            f"{zone}\t{random.choice(VENUES)}, {place}\t{capacity}\tt\t{status}\t1\t{created}\t{created}\n"
        )


def relations(plan: Plan, parts: Parts, people_keys: Keys, event_keys: Keys) -> Iterator[tuple[str, str]]:
    """Yield each relation with its line of the ledger; people arrive over the two months before the event."""
    random = plan.random("relations")
    for event, (start, size) in enumerate(zip(plan.starts, plan.sizes, strict=True)):
        event_key = event_keys.text(event)
        for place, (person, code) in enumerate(parts.of(event)):
            arrived = start - ARRIVALS * (1 - place / size)
            role, status = PARTS[code]
            text = key(arrived, random).hex()
            yield (
                f"{text}\t{people_keys.text(person)}\t{event_key}\t{role}\t{status}\t{place + 1}\t{arrived}\n",
                f"{text}\t\t{status}\tseed {plan.seed}\t{arrived}\n",
            )


def capacities(plan: Plan, parts: Parts, event_keys: Keys) -> Iterator[str]:
    """Yield how full each event is."""
    for event, size in enumerate(plan.sizes):
        taken, waiting = parts.seats(event)
        yield f"{event_keys.text(event)}\t{taken}\t{waiting}\t{size + 1}\n"


def _capacity(taken: int, chance: float) -> str:
    """Return a round number above ``taken``, or none."""
    return NULL if chance < UNLIMITED else str(10 * math.ceil((taken + 1) * (1 + chance) / 10))
