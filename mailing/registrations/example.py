"""How a mail about registrations reads for one of those who get it."""

from mailing.description import NAMED
from mailing.models import Delivery, RegistrationMail
from mailing.preview import values_for
from mailing.registrations.rendering import PLACEHOLDERS, RegistrationRenderer, about_event, placeholders, relation_of
from mailing.rendering import PointlessError, Rendered
from users.models import User

NAMES = NAMED | {name: f"‹{name}›" for name in PLACEHOLDERS}


def example_of(about: RegistrationMail) -> tuple[Rendered, User | None]:
    """Return the mail as the last person that it was made for gets it, as things stand now, and who that is.

    None: it was made for nobody yet, or their registration has ended, and what differs from person to person stands
    there by its name. So does the address of the ticket, which is its holder's secret. Raises ``ContentError``.
    """
    values = {**NAMES, **about_event(about.event)}
    person: User | None = None
    deliveries = Delivery.objects.filter(campaign=about.campaign).select_related("transition")
    if last := deliveries.order_by("-pk").first():
        try:
            relation = relation_of(last, about)
        except PointlessError:
            pass
        else:
            person = relation.user
            values = {**values_for(person), **placeholders(relation), "link": NAMES["link"]}
    return RegistrationRenderer(about).render(values), person
