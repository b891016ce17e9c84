"""Whom a mail is for: people by id or address, a filter, a segment, an event, or a set chosen in the admin."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.filters import FilterContext, empty_objects
from api.identifiers import as_uuid
from api.parsers import same_json
from mailing.models import Audience, Campaign, CampaignExclusion, ExclusionReason
from users.filters import people_filters
from users.models import User
from users.operator import OPERATOR
from users.querysets import UserQuerySet
from users.segments.membership import context_with, pinned_segments

NOBODY = UUID(int=0)
# The one filter that means everybody; a slip of the pen does not look like it.
EVERYBODY = {"everybody": True}
UNKNOWN = """
    INSERT INTO mailing_campaignexclusion (campaign_id, given, email, reason)
    SELECT %(campaign)s, given, CASE WHEN %(by_email)s THEN given ELSE '' END, 'unknown'
      FROM unnest(%(given)s::text[]) WITH ORDINALITY AS one (given, place) ORDER BY place
"""
NEXT = """
    SELECT person FROM mailing_audience, unnest(COALESCE(people, ahead)) AS person
     WHERE campaign_id = %s AND person > %s ORDER BY person LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """An audience before it is stored: people by their ids, by a queryset, or by a filter's JSON tree.

    ``segments`` are those that the filter names, as they are now: what becomes of them later is not the mail's matter.
    """

    people: list[UUID] | None = None
    queryset: UserQuerySet | None = None
    filter: dict[str, Any] | None = None
    segments: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)  # ids or addresses as they were given
    repeated: list[UUID] = field(default_factory=list)
    by_email: bool = False

    def store(self, campaign: Campaign) -> Audience:
        """Store the audience, and who is left out before it is even looked at."""
        self._leave_out_unknown(campaign)
        CampaignExclusion.objects.bulk_create(
            [_repeated(campaign, user) for user in User.objects.filter(pk__in=self.repeated)]
        )
        people = self.people if self.queryset is None else ArraySubquery(self.queryset.values("pk"))
        segments = self.segments or None
        return Audience.objects.create(campaign=campaign, people=people, filter=self.filter, segments=segments)

    def seen_by(self, sender: User | None) -> UserQuerySet:
        """Return the people of this choice as they are now, in the sender's sight."""
        if self.filter is not None:
            return _filtered(self.filter, self.segments, sender)
        chosen = self.people if self.queryset is None else self.queryset.values("pk")
        return seen_by(sender).filter(pk__in=[] if chosen is None else chosen)

    def _leave_out_unknown(self, campaign: Campaign) -> None:
        given = list(dict.fromkeys(self.unknown))
        if given:
            with connection.cursor() as cursor:
                cursor.execute(UNKNOWN, {"campaign": campaign.pk, "by_email": self.by_email, "given": given})


def by_ids(ids: Sequence[str], *, sender: User | None) -> Choice:
    """Choose people by id or ``external_id``; who is nobody (in the sender's sight) is noted as unknown."""
    uuids = {given: found for given in ids if (found := as_uuid(given))}
    seen = seen_by(sender).filter(Q(pk__in=uuids.values()) | Q(external_id__in=ids))
    rows = seen.values_list("pk", "external_id")
    people = {str(pk): pk for pk, _external in rows} | {external: pk for pk, external in rows if external}
    return _resolved(ids, {given: people.get(str(uuids.get(given, given))) for given in ids})


def by_emails(emails: Sequence[str], *, sender: User | None) -> Choice:
    """Choose people by address without regard to case; one that is nobody's is noted as unknown."""
    asked = {given: given.strip().lower() for given in emails}
    people = dict(seen_by(sender).filter(email__in=asked.values()).values_list("email", "pk"))
    return replace(_resolved(emails, {given: people.get(address) for given, address in asked.items()}), by_email=True)


def by_filter(tree: dict[str, Any], *, sender: User | None) -> Choice:
    """Choose people by a filter, evaluated with the sender's rights when it is frozen.

    Everybody is chosen by ``EVERYBODY`` alone. Raises ``InvalidInput``, also for a filter that is empty somewhere:
    one object without a key would stand for everybody.
    """
    if same_json(tree, EVERYBODY):
        return Choice(filter={})
    segments = pinned_segments(people_filters, tree, FilterContext(sender or OPERATOR))
    if empty := empty_objects(tree):
        detail = _("An empty filter finds everybody. To mail everybody, give {everybody} as the whole filter.")
        said = detail.format(everybody=json.dumps(EVERYBODY))
        raise InvalidInput([Fault(said, "empty", path) for path in empty])
    return Choice(filter=tree, segments=segments)


def by_segment(segment: str, *, sender: User | None) -> Choice:
    """Choose the people of a segment, named by its UUID, as its filter is now. Raises ``InvalidInput`` as above."""
    return by_filter({"segment": segment}, sender=sender)


def by_event(event: str, *, roles: Sequence[str], statuses: Sequence[str], sender: User | None) -> Choice:
    """Choose the people of an event, named by its id or ``external_id``, as far as the sender may know of them.

    Those who hold one of ``roles`` and whose part in it has one of ``statuses``; of either none stands for any, and
    without a status those who gave up their part are left out. Raises ``InvalidInput`` under the names of the filter.
    """
    tree = {"event": event, "role": [*roles], "relation_status": [*statuses]}
    return by_filter({name: value for name, value in tree.items() if value}, sender=sender)


def by_queryset(people: UserQuerySet) -> Choice:
    """Choose the people of a queryset as they are now; their ids never leave the database."""
    return Choice(queryset=people if people.query.is_sliced else people.order_by())


def seen_by(sender: User | None) -> UserQuerySet:
    """Return the people whom ``sender`` (nobody: an operator) may know of."""
    return User.objects.visible_to(sender or OPERATOR)


def first_people(audience: Audience, size: int) -> list[UUID]:
    """Return the ids of the first ``size`` people of a stored audience, in their order."""
    if audience.filter is None:
        return next_people(audience, size)
    return list(_not_frozen(audience, audience.filter)[:size].values_list("pk", flat=True))


def next_people(audience: Audience, size: int) -> list[UUID]:
    """Return the ids of the next ``size`` people who were picked, or looked up ahead, and have not been frozen yet."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [audience.pk, audience.frozen_through or NOBODY, size])
        return [row[0] for row in cursor.fetchall()]


def look_ahead(audience: Audience, size: int) -> bool:
    """Evaluate the filter of a stored audience for the next ``size`` people and keep them; False: there are no more.

    It finds them as they are now and in the sight of the campaign's sender, by the segments as they were when the
    campaign was made; their ids never leave the database. Who was picked stays picked: there are no more.
    """
    if audience.filter is None:
        return False
    stored = Audience.objects.filter(pk=audience.pk)
    stored.update(ahead=ArraySubquery(_not_frozen(audience, audience.filter)[:size].values("pk")))
    return stored.filter(ahead__len__gt=0).exists()


def forget_ahead(campaign: Campaign) -> None:
    """Have the filter evaluated anew before anybody else is frozen."""
    Audience.objects.filter(campaign=campaign).exclude(ahead=None).update(ahead=None)


def _not_frozen(audience: Audience, tree: dict[str, Any]) -> UserQuerySet:
    people = _filtered(tree, audience.segments or {}, audience.campaign.created_by).order_by("pk")
    return people.filter(pk__gt=audience.frozen_through) if audience.frozen_through else people


def _filtered(tree: dict[str, Any], segments: dict[str, Any], sender: User | None) -> UserQuerySet:
    return seen_by(sender).filter(people_filters.q(tree, context_with(sender or OPERATOR, segments)))


def _resolved(given: Sequence[str], people: dict[str, UUID | None]) -> Choice:
    found = Counter(person for one in given if (person := people[one]))
    return Choice(
        people=sorted(found),
        unknown=[one for one in given if not people[one]],
        repeated=[person for person, times in found.items() if times > 1],
    )


def _repeated(campaign: Campaign, user: User) -> CampaignExclusion:
    return CampaignExclusion(campaign=campaign, user=user, email=user.email or "", reason=ExclusionReason.DUPLICATE)
