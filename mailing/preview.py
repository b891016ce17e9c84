"""What a mail would be and whom it would reach, before anything is stored."""

from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, OuterRef, Value, When

from mailing.audience import Choice
from mailing.content import Content
from mailing.models import ExclusionReason, Suppression
from mailing.rendering import Rendered, Renderer, values_of
from users.models import User

# Why a person would be left out (the same rules as the freeze's), or the empty text.
REASON = Case(
    When(email=None, then=Value(ExclusionReason.NO_ADDRESS.value)),
    When(is_active=False, then=Value(ExclusionReason.INACTIVE.value)),
    When(Exists(Suppression.objects.filter(address=OuterRef("email"))), then=Value(ExclusionReason.SUPPRESSED.value)),
    default=Value(""),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many would get the mail, and how many would not, by reason."""

    mailed: int
    left_out: dict[str, int]


def reach_of(choice: Choice, *, sender: User | None) -> Reach:
    """Return whom a campaign with this audience would reach if it were frozen now."""
    people = choice.seen_by(sender).annotate(reason=REASON)
    numbers = dict(people.order_by("reason").values_list("reason").annotate(number=Count("pk")))
    mailed = numbers.pop("", 0)
    left_out = {
        **numbers,
        ExclusionReason.UNKNOWN.value: len(set(choice.unknown)),
        ExclusionReason.DUPLICATE.value: people.filter(pk__in=choice.repeated, reason="").count(),
    }
    return Reach(mailed, {reason: number for reason, number in left_out.items() if number})


def rendered_for(content: Content, person: User) -> Rendered:
    """Return the mail as ``person`` would get it. Raises ``ContentError``."""
    values = values_of(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email or "",
        job_title=person.job_title,
        company=person.company,
        city=person.city,
        state=person.state,
    )
    return Renderer(content.subject, content.text, content.html).render(values)
