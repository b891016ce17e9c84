"""Who has which part in which event, drawn before anything is stored so that every counter is known: 5 bytes each."""

from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from relations.models import Role, Status
from relations.querysets import HOLDING_A_PLACE
from relations.seeding.draws import Crowd
from relations.seeding.plan import Kind, Plan

HOSTS = 10  # one in so many is a host
# Chances in percent of what an attendee is, by the state of the event.
STATUSES = {
    Kind.COMPLETED: {
        Status.ATTENDED: 76,
        Status.NO_SHOW: 12,
        Status.CANCELLED: 10,
        Status.DECLINED: 1,
        Status.EXPIRED: 1,
    },
    Kind.OPEN: {Status.CONFIRMED: 86, Status.CANCELLED: 11, Status.PENDING: 3},
    Kind.FULL: {Status.CONFIRMED: 93, Status.CANCELLED: 7},
    Kind.CALLED_OFF: {Status.CANCELLED: 100},
}
WAITING_SHARE = 5  # of a full event's attendees, the last fifth is queued
PARTS = [(role, status) for role in Role for status in Status]
CODES = {part: code for code, part in enumerate(PARTS)}
HOSTED = {CODES[Role.HOST, status] for status in Status if status != Status.CANCELLED}
ATTENDED = CODES[Role.ATTENDEE, Status.ATTENDED]
SEATED = [CODES[Role.ATTENDEE, Status(status)] for status in HOLDING_A_PLACE]
QUEUED = CODES[Role.ATTENDEE, Status.WAITLISTED]


class Parts:
    """All relations of a plan, by event: numbers of people and codes of role and status, in the order of arrival."""

    def __init__(self, plan: Plan) -> None:
        self.people = array("I")
        self.codes = array("B")
        self.hosted = array("I", bytes(4 * plan.users))
        self.attended = array("I", bytes(4 * plan.users))
        self._ends = list(accumulate(plan.sizes))
        crowd, random = Crowd(plan.users), plan.random("parts")
        for kind, size in zip(plan.kinds, plan.sizes, strict=True):
            self.people.extend(_different_people(crowd, random, size))
            self.codes.extend(_codes(kind, size, random))
        self._count()

    def of(self, event: int) -> Iterator[tuple[int, int]]:
        """Yield the person's number and the code of each relation of one event."""
        begin = self._ends[event - 1] if event else 0
        return zip(self.people[begin : self._ends[event]], self.codes[begin : self._ends[event]], strict=True)

    def seats(self, event: int) -> tuple[int, int]:
        """Return how many seats of one event are taken, and how many people wait."""
        codes = Counter(code for _person, code in self.of(event))
        return sum(codes[code] for code in SEATED), codes[QUEUED]

    def _count(self) -> None:
        for person, code in zip(self.people, self.codes, strict=True):
            if code == ATTENDED:
                self.attended[person] += 1
            elif code in HOSTED:
                self.hosted[person] += 1


def _different_people(crowd: Crowd, random: Random, size: int) -> dict[int, None]:
    drawn: dict[int, None] = {}  # in the order of the draws, unlike a set
    while len(drawn) < size:
        drawn[crowd.draw(random)] = None
    return drawn


def _codes(kind: Kind, size: int, random: Random) -> list[int]:
    """Return what the people of one event are: an owner, the hosts, then the attendees."""
    if not size:
        return []
    hosts = [CODES[Role.HOST, Status.CONFIRMED]] * min(max(size // HOSTS, 1), size - 1)
    attendees = size - 1 - len(hosts)
    chances = STATUSES[kind]
    codes = random.choices(
        [CODES[Role.ATTENDEE, status] for status in chances], weights=list(chances.values()), k=attendees
    )
    if kind is Kind.FULL:
        waiting = attendees // WAITING_SHARE
        codes[attendees - waiting :] = [QUEUED] * waiting
    return [CODES[Role.OWNER, Status.CONFIRMED], *hosts, *codes]
