"""Small pieces of markup that the admin's pages share; their looks are in ``event_crm/admin.css``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import site
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

NOTHING = "–"


def number(value: int) -> str:
    """Return a number with separated thousands."""
    return number_format(value, force_grouping=True)


def bar(parts: Sequence[tuple[int, str, Any]], whole: int, text: str) -> SafeString:
    """Return a bar of ``whole`` with its ``parts`` (how many, which colour, what they are) and its ``text``."""
    pieces = format_html_join(
        "",
        '<span class="crm-bar-{}" style="width: {}%" title="{}: {}"></span>',
        ((colour, f"{100 * many / whole:.2f}", what, number(many)) for many, colour, what in parts if many and whole),
    )
    return format_html('<span class="crm-meter"><span class="crm-bar">{}</span><span>{}</span></span>', pieces, text)


def badge(text: Any, variant: str = "") -> SafeString:
    """Return a label in one of unfold's variants: info, success, warning, danger, primary or plain."""
    return SafeString(render_to_string("unfold/helpers/label.html", {"text": text, "variant": variant}))


def link(record: Model | None, text: Any = None) -> SafeString | str:
    """Return a link to the page of ``record`` in the admin."""
    return NOTHING if record is None else link_to(page_of(record), text or record)


def link_to(address: str, text: Any) -> SafeString:
    """Return a link to ``address``."""
    return format_html('<a class="crm-link" href="{}">{}</a>', address, text)


def page_of(record: Model) -> str:
    """Return the address of a record's page in the admin."""
    meta = record._meta
    return reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def moment(at: datetime | None, zone: str | None = None) -> SafeString | str:
    """Return a moment in ``zone`` (or the caller's) with the zone's abbreviation."""
    if at is None:
        return NOTHING
    with clock.override(zone or clock.get_current_timezone()):
        local = clock.localtime(at)
    shown = f"{local:%-d %b %Y, %H:%M} {local:%Z}"
    return format_html('<time class="crm-time" datetime="{}">{}</time>', at.isoformat(), shown)


def breakable(text: str) -> SafeString:
    """Return a long word that may be broken anywhere."""
    return format_html('<span class="crm-breakable">{}</span>', text)


def address(email: str | None) -> SafeString:
    """Return an e-mail that is broken before its domain where it is too long for its place."""
    local, at, domain = (email or "").rpartition("@")
    return format_html("{}<wbr>{}{}", local, at, domain) if at else conditional_escape(domain)


def yes_or_no(value: bool) -> str:  # noqa: FBT001  # the one thing that it is about
    """Return the word for a flag."""
    return _("yes") if value else _("no")
