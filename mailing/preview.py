"""What a mail would be and whom it would reach, before anything is stored."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Value, When

from events.models import Event
from mailing.audience import Choice
from mailing.content import Content
from mailing.footers import with_footer
from mailing.models import ExclusionReason, MailCategory, Suppression
from mailing.optouts import opted_out
from mailing.rendering import Rendered, Renderer, values_of
from users.models import User


def _reason(category: MailCategory | None, event: Event | None) -> Case:
    """Return why a person would be left out (by the same rules as the freeze's), or the empty text."""
    suppressed = Exists(Suppression.objects.filter(address=OuterRef("email")))
    unsubscribed = opted_out(category=category, event=event)
    return Case(
        When(email=None, then=Value(ExclusionReason.NO_ADDRESS.value)),
        When(is_active=False, then=Value(ExclusionReason.INACTIVE.value)),
        When(suppressed, then=Value(ExclusionReason.SUPPRESSED.value)),
        When(unsubscribed, then=Value(ExclusionReason.UNSUBSCRIBED.value)),
        default=Value(""),
        output_field=CharField(),
    )


# Where the link to unsubscribe of a preview leads: to a page that says that it is nobody's.
EXAMPLE = f"{settings.PUBLIC_URL}/unsubscribe/example/"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many would get the mail, and how many would not, by reason."""

    mailed: int
    left_out: dict[str, int]


def reach_of(
    choice: Choice, *, sender: User | None, category: MailCategory | None = None, event: Event | None = None
) -> Reach:
    """Return whom a campaign with this audience would reach if it were frozen now."""
    people = choice.seen_by(sender).annotate(reason=_reason(category, event))
    numbers = dict(people.order_by("reason").values_list("reason").annotate(number=Count("pk")))
    mailed = numbers.pop("", 0)
    left_out = {
        **numbers,
        ExclusionReason.UNKNOWN.value: len(set(choice.unknown)),
        ExclusionReason.DUPLICATE.value: people.filter(pk__in=choice.repeated, reason="").count(),
    }
    return Reach(mailed, {reason: number for reason, number in left_out.items() if number})


def rendered_for(content: Content, person: User) -> Rendered:
    """Return the mail as ``person`` would get it, but for the link to unsubscribe, which is theirs alone.

    Raises ``ContentError``.
    """
    rendered = Renderer(content.subject, content.text, content.html).render(values_for(person))
    return with_footer(rendered, EXAMPLE)


def values_for(person: User) -> dict[str, str]:
    """Return what the placeholders of every mail stand for in one to ``person``."""
    return values_of(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email or "",
        job_title=person.job_title,
        company=person.company,
        city=person.city,
        state=person.state,
        unsubscribe_url=EXAMPLE,
    )
