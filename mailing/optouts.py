"""The rule of who wants no mail of a campaign: freeze and gate ask it in SQL, a preview of a campaign by the ORM."""

from django.db.models import Exists, OuterRef, Q

from events.models import Event
from mailing.models import MailCategory, OptOut

# Joined to the campaign ``c`` and the person ``u``: ``o.scope`` is why this person wants none of its mail, the widest
# wish first; no row, and so NULL, for who may be mailed. Mail that somebody waits for asks nobody.
OPTED_OUT = """
    LEFT JOIN LATERAL (
        SELECT CASE WHEN w.category_id IS NOT NULL THEN 'category' WHEN w.event_id IS NOT NULL THEN 'event'
                    ELSE 'all' END AS scope
          FROM mailing_optout w
         WHERE w.user_id = u.id AND w.ended_at IS NULL AND c.lane = 'campaign'
           AND ((w.category_id IS NULL AND w.event_id IS NULL)
                OR w.category_id = c.category_id OR w.event_id = c.event_id)
         ORDER BY w.category_id IS NOT NULL OR w.event_id IS NOT NULL, w.event_id IS NOT NULL LIMIT 1
    ) o ON true
"""


def opted_out(*, category: MailCategory | None, event: Event | None) -> Exists:
    """Return the same of a campaign that is not stored yet, for a queryset of people: true for who is left out."""
    wanted = Q(category=None, event=None)
    if category:
        wanted |= Q(category=category)
    if event:
        wanted |= Q(event=event)
    return Exists(OptOut.objects.filter(wanted, user=OuterRef("pk"), ended_at=None))
