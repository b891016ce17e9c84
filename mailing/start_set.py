"""The templates to begin with: brought from their files once, and from then on whatever people make of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction

from mailing.models import EmailTemplate, EmailTemplateVersion, MailCategory
from mailing.models.templates import CONTENT


@dataclass(frozen=True, slots=True)
class Start:
    """What is said of a template beside its mail; ``category`` is the key of the sort of mail that it is."""

    title: str
    description: str
    category: str = ""


START_SET = {
    "welcome": Start("Welcome", "To whom you have just met: what they will hear from you."),
    "newsletter": Start("Newsletter", "What is coming up. Fill in your events before you send it.", "newsletter"),
    "invitation": Start("Invitation", "To an event. Fill in what, when, where and the link.", "invitations"),
    "event-reminder": Start(
        "Event reminder", "Some days before an event, to who is coming: what they need to know.", "event-news"
    ),
    "thank-you": Start("Thank you", "After an event, with the link to your questions.", "feedback"),
}


def bring_start_set(*, apps: Any = apps, **_kwargs: Any) -> None:
    """Store the start set where there is no template at all: after the first migration, and after a test's flush.

    Whoever has changed or deleted some of them keeps what they have; who has deleted all gets them again. ``apps``
    are those of the migration that the database is at, which may be one without templates.
    """
    if "emailtemplate" in apps.all_models["mailing"] and not EmailTemplate.objects.exists():
        store_start_set()


@transaction.atomic
def store_start_set() -> None:
    """Store each template as its first version, by three statements: what the files say is known to be good."""
    categories = {category.key: category for category in MailCategory.objects.all()}
    templates = [_read(name, start, categories.get(start.category)) for name, start in START_SET.items()]
    EmailTemplate.objects.bulk_create(templates)
    EmailTemplateVersion.objects.bulk_create(
        EmailTemplateVersion(template=one, number=one.current, **{name: getattr(one, name) for name in CONTENT})
        for one in templates
    )


def _read(name: str, start: Start, category: MailCategory | None) -> EmailTemplate:
    folder = Path(settings.BASE_DIR) / "templates" / "email" / name
    return EmailTemplate(
        name=name,
        title=start.title,
        description=start.description,
        category=category,
        subject=(folder / "subject.txt").read_text("utf-8").strip(),
        html=(folder / "body.html").read_text("utf-8"),
        current=1,
    )
