"""Campaigns in the admin: how they go, and what can be done to them."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone as clock
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailing.admin import steps
from mailing.admin.markup import campaign_badge, framed, ledger, preformatted, progress_bar, state_counts, step_page
from mailing.admin.whom import whom
from mailing.counts import counts_of
from mailing.description import described
from mailing.filters import campaign_filters
from mailing.models import Campaign, CampaignStatus, Lane, LanePause
from mailing.registrations.example import example_of
from mailing.rendering import ContentError, Rendered
from users.admin.list_filters import choice_filter, date_range_filter
from users.admin.panels import Link, PanelAdmin, Panels
from users.admin.reading import ReadOnly
from users.markup import NOTHING, link, moment
from users.models import User

campaign_panels = Panels()
FILLED_IN = _("What stands in ‹angle quotes› is filled in for each person.")


@admin.register(Campaign)
class CampaignAdmin(ReadOnly, PanelAdmin[Campaign]):
    """Mail to many: made by an action on people, steered from here."""

    panels = campaign_panels
    list_display = ("__str__", "state", "progress", "states", "made")
    list_filter = (
        choice_filter(campaign_filters, "status", _("status"), CampaignStatus.choices),
        choice_filter(campaign_filters, "lane", _("lane"), Lane.choices),
        date_range_filter(campaign_filters, "created_since", "created_until", _("created")),
    )
    ordering = ("-pk",)
    fieldsets = (
        (_("How it goes"), {"fields": ("state", "hindrance", "progress", "balance")}),
        (
            _("Mail"),
            {
                "fields": ("subject_shown", "about", "sort", "template", "example", "text_shown", "html_shown"),
                "description": FILLED_IN,
            },
        ),
        (_("When and who"), {"fields": ("audience_shown", "made", "maker", "scheduled", "started", "finished")}),
    )

    def get_urls(self) -> list[URLPattern]:
        protect = self.admin_site.admin_view
        return [
            path("<path:object_id>/step/<slug:step>/", protect(self.step), name="mailing_campaign_step"),
            *super().get_urls(),
        ]

    def step(self, request: HttpRequest, object_id: str, step: str) -> HttpResponseBase:
        """Pause, resume, cancel or settle."""
        campaign = self.get_object(request, object_id)
        if campaign is None or step not in steps.STEPS:
            raise Http404
        return steps.take(self, request, campaign, step)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Campaign]":
        campaigns: Any = super().get_queryset(request)
        found: QuerySet[Campaign] = campaigns.with_events()
        return found

    def complete(self, rows: "list[Campaign]") -> None:
        """Count the deliveries of a whole page by one query."""
        counts = counts_of(campaign.pk for campaign in rows)
        for campaign in rows:
            campaign.counts = counts[campaign.pk]  # type: ignore[attr-defined]  # for the columns below

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Campaign | None:
        campaign = super().get_object(request, object_id, from_field)
        if campaign:
            self.complete([campaign])
        return campaign

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        for pause in LanePause.objects.filter(until__gt=clock.now()):
            messages.warning(request, gettext("The mail server is in trouble, mail waits: %s") % pause.trouble)
        return super().changelist_view(request, extra_context)

    def record_links(self, request: HttpRequest, record: Campaign) -> list[Link]:
        """Offer the steps that the campaign can take now."""
        user: Any = request.user
        if not user.has_perm(steps.MAY_STEER):
            return []
        counts: dict[str, int] = record.counts  # type: ignore[attr-defined]  # given by get_object
        taken = steps.possible(record, in_doubt=counts["in_doubt"])
        return [Link(steps.STEPS[name].title, step_page(record, name), icon=steps.STEPS[name].icon) for name in taken]

    @admin.display(description=_("status"))
    def state(self, campaign: Campaign) -> SafeString:
        return campaign_badge(campaign.status)

    @admin.display(description=_("trouble"))
    def hindrance(self, campaign: Campaign) -> str:
        return campaign.trouble or NOTHING

    @admin.display(description=_("done"))
    def progress(self, campaign: Any) -> SafeString:
        return progress_bar(campaign.counts)

    @admin.display(description=_("deliveries"))
    def states(self, campaign: Any) -> str:
        return state_counts(campaign.counts)

    @admin.display(description=_("ledger"))
    def balance(self, campaign: Any) -> SafeString | str:
        return ledger(campaign.counts)

    @admin.display(description=_("subject"))
    def subject_shown(self, campaign: Campaign) -> str:
        return _shown(campaign)[0].subject if _is_about_event(campaign) else str(campaign)

    @admin.display(description=_("event"))
    def about(self, campaign: Campaign) -> SafeString | str:
        """Link to the event that a mail is about."""
        automatic = getattr(campaign, "registration_mail", None)
        event = automatic.event if automatic else campaign.event
        return link(event) if event else NOTHING

    @admin.display(description=_("category"))
    def sort(self, campaign: Campaign) -> str:
        return str(campaign.category or NOTHING)

    @admin.display(description=_("shown as it is for"))
    def example(self, campaign: Campaign) -> SafeString | str:
        """Name whose mail is shown: automatic ones depend on how each person's registration stands."""
        person = _shown(campaign)[1]
        return link(person) if person else gettext("everybody")

    @admin.display(description=_("text"))
    def text_shown(self, campaign: Campaign) -> SafeString:
        return preformatted(_shown(campaign)[0].text)

    @admin.display(description=_("HTML"))
    def html_shown(self, campaign: Campaign) -> SafeString | str:
        html = _shown(campaign)[0].html
        return framed(html, gettext("The mail's HTML")) if html else NOTHING

    @admin.display(description=_("for whom"))
    def audience_shown(self, campaign: Campaign) -> str:
        return whom(campaign)

    @admin.display(description=_("made by"))
    def maker(self, campaign: Campaign) -> SafeString | str:
        maker: Model | None = campaign.created_by
        if maker:
            return link(maker)
        return gettext("the system") if campaign.is_automatic else gettext("an operator")

    @admin.display(description=_("made"), ordering="pk")
    def made(self, campaign: Campaign) -> SafeString | str:
        return moment(campaign.created_at)

    @admin.display(description=_("scheduled for"))
    def scheduled(self, campaign: Campaign) -> SafeString | str:
        return moment(campaign.scheduled_at) if campaign.scheduled_at else gettext("at once")

    @admin.display(description=_("started"))
    def started(self, campaign: Campaign) -> SafeString | str:
        return moment(campaign.started_at)

    @admin.display(description=_("finished"))
    def finished(self, campaign: Campaign) -> SafeString | str:
        return moment(campaign.finished_at)


def _is_about_event(campaign: Campaign) -> bool:
    return hasattr(campaign, "registration_mail")


def _shown(campaign: Any) -> tuple[Rendered, User | None]:
    """Return the mail as the page shows it, worked out once, and for whom it reads so; None: for each by their name."""
    if not hasattr(campaign, "shown"):
        campaign.shown = _worked_out(campaign)
    shown: tuple[Rendered, User | None] = campaign.shown
    return shown


def _worked_out(campaign: Campaign) -> tuple[Rendered, User | None]:
    with suppress(ContentError):
        if _is_about_event(campaign):
            return example_of(campaign.registration_mail)
    return described(campaign.subject, campaign.text, campaign.html), None
