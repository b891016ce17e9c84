"""How unfold looks here: name, colours, navigation."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def _asset(name: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(f"event_crm/{name}")


def _may(permission: str) -> Callable[[Any], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: Any, icon: str, view: str, may: Callable[[Any], bool] | str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{view}"), "permission": may}


def _list(title: Any, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return _page(title, icon, f"{app}_{name}_changelist", _may(f"{app}.view_{name}"))


def environment(_request: HttpRequest) -> list[str] | None:
    """Return the label that tells a development site from the real one."""
    return [gettext("Development"), "warning"] if settings.DEBUG else None


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Event CRM",
    "SITE_HEADER": "Event CRM",
    "SITE_URL": None,
    "SITE_ICON": _asset("logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _asset("logo.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "crm_project.unfold_settings.environment",
    "DASHBOARD_CALLBACK": "crm_project.dashboard.dashboard",
    "STYLES": [_asset("admin.css")],
    "SCRIPTS": [_asset("admin.js")],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        # Teal: quieter than unfold's purple beside the greens and reds that states have.
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(64% .123 182.503)",
            "600": "oklch(52% .099 184.704)",
            "700": "oklch(45% .086 186.391)",
            "800": "oklch(39% .072 188.216)",
            "900": "oklch(33.6% .058 188.416)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"items": [_page(_("Dashboard"), "space_dashboard", "index", lambda _request: True)]},
            {
                "title": _("Who and what"),
                "separator": True,
                "items": [
                    _list(_("People"), "group", "users.user"),
                    _list(_("Segments"), "filter_alt", "users.segment"),
                    _list(_("Events"), "event", "events.event"),
                    _list(_("Relations"), "how_to_reg", "relations.usereventrelation"),
                ],
            },
            {
                "title": _("Mail"),
                "separator": True,
                "items": [
                    _list(_("Campaigns"), "campaign", "mailing.campaign"),
                    _list(_("Deliveries"), "outbox", "mailing.delivery"),
                    _list(_("Templates"), "draft", "mailing.emailtemplate"),
                    _list(_("Categories"), "category", "mailing.mailcategory"),
                    _list(_("Suppressed addresses"), "block", "mailing.suppression"),
                    _list(_("Suppressions, history"), "history", "mailing.suppressionchange"),
                    _page(_("Mail sent here"), "mail", "mailbox", "mailing.admin.may_read_mailbox"),
                ],
            },
            {
                "title": _("Running it"),
                "separator": True,
                "items": [
                    _list(_("Imports"), "upload_file", "users.import"),
                    _list(_("Security log"), "shield", "users.securityevent"),
                    _list(_("Refused sign-ins"), "lock", "axes.accessattempt"),
                    _list(_("API tokens"), "key", "users.apitoken"),
                ],
            },
        ],
    },
}
