"""What mails about registrations say: filled in when they are sent, from the event and the registration as they are.

Whoever was let in, waited or was invited since by another mail does not hear of what is no longer so.
"""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone as clock
from django.utils.translation import gettext as _

from events.models import Event, EventStatus
from mailing.models import Delivery, RegistrationMail
from mailing.models import RegistrationMailKind as Kind
from mailing.rendering import Invitation, PointlessError, Rendered, Renderer
from relations.calendars import CANCEL, REQUEST, invitation
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.queue import places_in_queues
from relations.schedule import moment, when
from relations.tickets import qr_png, ticket_address

LIVE = (Status.PENDING, Status.WAITLISTED, Status.OFFERED, Status.CONFIRMED, Status.ATTENDED)
HELD = (Status.CONFIRMED, Status.ATTENDED)
# What a registration must be for the mail to be true. Mails about an end are true for ever.
TRUE_WHILE = {
    Kind.CONFIRMED: HELD,
    Kind.PROMOTED: HELD,
    Kind.WAITLISTED: (Status.WAITLISTED,),
    Kind.PENDING: (Status.PENDING,),
    Kind.OFFERED: (Status.OFFERED,),
    Kind.CHANGED: LIVE,
    Kind.REMINDER: (Status.CONFIRMED,),
}


class RegistrationRenderer(Renderer):
    """The templates of one kind of mail about one event, filled in for each registration."""

    def __init__(self, about: RegistrationMail) -> None:
        campaign = about.campaign
        super().__init__(campaign.subject, campaign.text, campaign.html, dict.fromkeys(PLACEHOLDERS, ""))
        self._about = about

    def write(self, delivery_id: int, values: Mapping[str, str]) -> Rendered:
        """Return the mail of one delivery. Raises ``PointlessError`` where it would say what is no longer so."""
        delivery = Delivery.objects.select_related("transition__relation").get(pk=delivery_id)
        relation = relation_of(delivery, self._about)
        refuse_pointless(self._about, relation, delivery.transition)
        rendered = self.render({**values, **placeholders(relation)})
        return Rendered(
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            picture=_picture(self._about.kind, relation),
            invitation=_invitation(self._about.kind, relation, delivery.transition),
        )


def relation_of(delivery: Delivery, about: RegistrationMail) -> UserEventRelation:
    """Return the registration that a delivery is about: that of its line, else the person's live one."""
    relations = UserEventRelation.objects.select_related("user", "event")
    if delivery.transition:
        return relations.get(pk=delivery.transition.relation_id)
    live = relations.filter(event=about.event_id, user=delivery.user_id, role=Role.ATTENDEE).live().first()
    if live is None:
        raise PointlessError("text", _("The registration has ended."))
    return live


def refuse_pointless(about: RegistrationMail, relation: UserEventRelation, line: RelationTransition | None) -> None:
    """Raise ``PointlessError`` unless the mail is still true and somebody's news."""
    event, kind = relation.event, Kind(about.kind)
    if event.is_over() or (kind == Kind.REMINDER and event.start_at <= clock.now()):
        raise PointlessError("text", _("The event is over."))
    if kind in TRUE_WHILE:
        if relation.status not in TRUE_WHILE[kind] or event.status != EventStatus.ACTIVE:
            raise PointlessError("text", _("The registration is %s by now.") % relation.get_status_display())
        if kind == Kind.OFFERED and relation.offer_expires_at and relation.offer_expires_at <= clock.now():
            raise PointlessError("text", _("The offer has ended."))
        if kind == Kind.REMINDER and about.edition != edition_of(event.start_at):
            raise PointlessError("text", _("The event begins at another time now."))
    elif _is_registered_again(relation, line):
        raise PointlessError("text", _("The person is registered again."))


def _is_registered_again(relation: UserEventRelation, line: RelationTransition | None) -> bool:
    """Tell whether a registration after this one makes its end old news.

    Who had a place and only waits for one now is told: their calendar has the event still.
    """
    again = UserEventRelation.objects.filter(event=relation.event, user=relation.user, role=Role.ATTENDEE)
    had_place = line is not None and line.from_status in HELD
    return again.filter(status__in=HELD if had_place else LIVE).exists()


def edition_of(start: datetime) -> int:
    """Return the start of an event as the edition of its reminder: at another time, they are reminded anew."""
    return int(start.timestamp())


def placeholders(relation: UserEventRelation) -> dict[str, str]:
    """Return what the placeholders of these mails stand for."""
    event = relation.event
    expires = relation.offer_expires_at
    return {
        **about_event(event),
        "status": relation.status,
        "place": str(places_in_queues([relation.pk]).get(relation.pk, "")),
        "until": moment(event, expires) if expires else "",
        "link": ticket_address(relation.pk),
    }


def about_event(event: Event) -> dict[str, str]:
    """Return what the placeholders stand for that are the same for everybody."""
    return {"event": event.title, "when": when(event), "venue": event.venue, "organizer": event.organizer}


PLACEHOLDERS = ("event", "when", "venue", "organizer", "status", "place", "until", "link")


def _picture(kind: str, relation: UserEventRelation) -> bytes:
    if relation.status not in HELD or kind not in (Kind.CONFIRMED, Kind.PROMOTED, Kind.REMINDER, Kind.CHANGED):
        return b""
    return qr_png(ticket_address(relation.pk))


def _invitation(kind: str, relation: UserEventRelation, line: RelationTransition | None) -> Invitation | None:
    """Return what puts the event into the calendar of who has a place, and takes it out of that of who has none now."""
    if kind == Kind.REMINDER:
        return None
    if relation.status in HELD:
        method = REQUEST
    elif line is not None and line.from_status in HELD:
        method = CANCEL
    else:
        return None
    calendar = invitation(
        relation.event,
        attendee=relation.user,
        method=method,
        sequence=sequence_of(relation),
        link=ticket_address(relation.pk),
    )
    return Invitation(method, calendar)


def sequence_of(relation: UserEventRelation) -> int:
    """Return the SEQUENCE of what a person is sent now: it rises with the event's version, and with their own ledger.

    By the version alone, the end of an invitation would not come after it, nor would a registration after that.
    """
    lines = RelationTransition.objects.filter(relation__event=relation.event_id, relation__user=relation.user_id)
    return relation.event.version + lines.count()
