"""Every page of the admin by a name for its picture."""

from axes.models import AccessAttempt
from django.urls import reverse

from events.models import Event
from mailing import mailbox
from mailing.leaving import unsubscribe_token
from mailing.models import (
    Campaign,
    Delivery,
    EmailTemplate,
    MailCategory,
    OptOutSource,
    Suppression,
    SuppressionChange,
    SuppressionReason,
)
from mailing.preferences import Door, Topic, opt_out
from mailing.suppressions import suppress
from relations.models import UserEventRelation
from users.accounts.mail import email_token, reset_token, signup_token
from users.models import ApiToken, Import, PendingEmail, PendingSignup, SecurityEvent, Segment, User


def pages() -> dict[str, str]:
    """Return the address of each page, for the data of the fixture ``site``."""
    return {
        "dashboard": reverse("admin:index"),
        **_people(),
        **_segments(),
        **_events(),
        **_relations(),
        **_mail(),
        **_others(),
    }


def _people() -> dict[str, str]:
    person = User.objects.filter(is_staff=False).order_by("pk")[0]
    return {
        "people": reverse("admin:users_user_changelist"),
        "people-nonsense": reverse("admin:users_user_changelist") + "?status__exact=foo",
        "people-filtered": reverse("admin:users_user_changelist") + "?min_events_hosted=1&o=-7",
        "person-add": reverse("admin:users_user_add"),
        "person": reverse("admin:users_user_change", args=[person.pk]),
        "person-events": reverse("admin:users_user_panel", args=[person.pk, "events"]),
        "person-mail": reverse("admin:users_user_panel", args=[person.pk, "mail"]),
        "person-preferences": reverse("admin:users_user_panel", args=[person.pk, "preferences"]),
        "person-preferences-change": reverse("admin:mailing_user_preferences", args=[person.pk]),
        "person-tokens": reverse("admin:users_user_panel", args=[person.pk, "tokens"]),
        "person-sign-in": reverse("admin:users_user_panel", args=[person.pk, "security"]),
        "person-access": reverse("admin:users_user_panel", args=[person.pk, "access"]),
        "person-history": reverse("admin:users_user_panel", args=[person.pk, "history"]),
        "person-password": reverse("admin:auth_user_password_change", args=[person.pk]),
        "person-delete": reverse("admin:users_user_delete", args=[person.pk]),
    }


def _segments() -> dict[str, str]:
    segment = Segment.objects.get(name="Hosts and regulars")
    filters = "company=Acme&city=London&min_events_attended=1"
    return {
        "people-to-keep": reverse("admin:users_user_changelist") + f"?segment={segment.pk}&min_events_hosted=1",
        "segments": reverse("admin:users_segment_changelist"),
        "segment-people": reverse("admin:users_segment_panel", args=[segment.pk, "people"]),
        "segment": reverse("admin:users_segment_change", args=[segment.pk]),
        "segment-add": reverse("admin:users_segment_add") + f"?{filters}",
        "segment-delete": reverse("admin:users_segment_delete", args=[segment.pk]),
        "segment-access": reverse("admin:users_segment_panel", args=[segment.pk, "access"]),
        "segment-history": reverse("admin:users_segment_panel", args=[segment.pk, "history"]),
        "segment-write": reverse("admin:users_segment_write", args=[segment.pk]),
    }


def _events() -> dict[str, str]:
    event = Event.objects.filter(capacity__waiting__gt=0).order_by("pk")[0]
    expected = event.relations.filter(role="attendee", status="confirmed").order_by("pk")[0].user
    repeated = Event.objects.filter(series__isnull=False).order_by("start_at")[0]
    return {
        "events": reverse("admin:events_event_changelist"),
        "event-add": reverse("admin:events_event_add"),
        "event": reverse("admin:events_event_change", args=[event.pk]),
        "event-desk": reverse("admin:events_event_panel", args=[event.pk, "desk"]),
        "event-people": reverse("admin:events_event_panel", args=[event.pk, "people"]),
        "event-waitlist": reverse("admin:events_event_panel", args=[event.pk, "people"]) + "?state=waitlisted",
        "event-statistics": reverse("admin:events_event_panel", args=[event.pk, "statistics"]),
        "event-check-in": reverse("admin:events_event_check_in", args=[event.pk]) + f"?text={expected.first_name}",
        "event-calendar-address": reverse("admin:events_event_calendar_address", args=[event.pk]),
        "event-promote": reverse("admin:events_event_promote", args=[event.pk]),
        "event-complete": reverse("admin:events_event_complete", args=[event.pk]),
        "event-series": reverse("admin:events_event_panel", args=[repeated.pk, "series"]),
        "event-repeat": reverse("admin:events_event_repeat", args=[event.pk]),
        "event-extend": reverse("admin:events_event_extend", args=[repeated.pk]),
        "event-delete": reverse("admin:events_event_delete", args=[event.pk]),
        "event-cancel": reverse("admin:events_event_cancel", args=[event.pk]),
        "event-write": reverse("admin:events_event_write", args=[event.pk]),
        "event-access": reverse("admin:events_event_panel", args=[event.pk, "access"]),
        "event-history": reverse("admin:events_event_panel", args=[event.pk, "history"]),
    }


def _relations() -> dict[str, str]:
    attendees = UserEventRelation.objects.filter(role="attendee").order_by("pk")
    relation, waiting = attendees.filter(status="confirmed")[0], attendees.filter(status="waitlisted")[0]
    return {
        "relations": reverse("admin:relations_usereventrelation_changelist"),
        "relation": reverse("admin:relations_usereventrelation_change", args=[relation.pk]),
        "relation-ledger": reverse("admin:relations_usereventrelation_panel", args=[relation.pk, "history"]),
        "relation-why": reverse("admin:relations_usereventrelation_panel", args=[waiting.pk, "why"]),
        "relation-cancel": reverse("admin:relations_usereventrelation_step", args=[waiting.pk, "cancel"]),
        "relation-add": reverse("admin:relations_usereventrelation_add") + f"?event={relation.event_id}",
        "relation-end": reverse("admin:relations_usereventrelation_end", args=[relation.pk]),
    }


def _mail() -> dict[str, str]:
    first, last = Campaign.objects.order_by("pk")[0], Campaign.objects.order_by("-pk")[0]
    suppress(address="gone@example.com", reason=SuppressionReason.MANUAL)
    gone, category = Suppression.objects.get(address="gone@example.com"), _category()
    noted = SuppressionChange.objects.order_by("pk")[0]
    return {
        "campaigns": reverse("admin:mailing_campaign_changelist"),
        "campaign": reverse("admin:mailing_campaign_change", args=[first.pk]),
        "campaign-deliveries": reverse("admin:mailing_campaign_panel", args=[first.pk, "deliveries"]),
        "campaign-left-out": reverse("admin:mailing_campaign_panel", args=[first.pk, "left-out"]),
        "campaign-pause": reverse("admin:mailing_campaign_step", args=[last.pk, "pause"]),
        "deliveries": reverse("admin:mailing_delivery_changelist"),
        "delivery": reverse("admin:mailing_delivery_change", args=[Delivery.objects.order_by("pk")[0].pk]),
        "suppressed": reverse("admin:mailing_suppression_changelist"),
        "suppression": reverse("admin:mailing_suppression_change", args=[gone.pk]),
        "suppression-add": reverse("admin:mailing_suppression_add"),
        "suppression-delete": reverse("admin:mailing_suppression_delete", args=[gone.pk]),
        "suppression-history": reverse("admin:mailing_suppressionchange_changelist"),
        "suppression-change": reverse("admin:mailing_suppressionchange_change", args=[noted.pk]),
        **_templates(),
        "categories": reverse("admin:mailing_mailcategory_changelist"),
        "category": reverse("admin:mailing_mailcategory_change", args=[category.pk]),
        "category-add": reverse("admin:mailing_mailcategory_add"),
        "category-delete": reverse("admin:mailing_mailcategory_delete", args=[category.pk]),
        "mailbox": reverse("admin:mailbox"),
        "mailbox-message": reverse("admin:mailbox_message", args=[mailbox.list_messages(1)[0].name]),
    }


def _templates() -> dict[str, str]:
    template = EmailTemplate.objects.get(name="welcome")
    return {
        "templates": reverse("admin:mailing_emailtemplate_changelist"),
        "template": reverse("admin:mailing_emailtemplate_change", args=[template.pk]),
        "template-add": reverse("admin:mailing_emailtemplate_add"),
        "template-versions": reverse("admin:mailing_emailtemplate_panel", args=[template.pk, "versions"]),
        "template-history": reverse("admin:mailing_emailtemplate_panel", args=[template.pk, "history"]),
        "template-version": reverse("admin:mailing_emailtemplate_version", args=[template.pk, 1]),
        "template-delete": reverse("admin:mailing_emailtemplate_delete", args=[template.pk]),
    }


def _category() -> MailCategory:
    """Return a category, beside those that there are from the beginning."""
    return MailCategory.objects.get_or_create(
        key="talks", defaults={"name": "Talks", "description": "What was said at our events, once a month."}
    )[0]


def _others() -> dict[str, str]:
    imported, _made = Import.objects.get_or_create(kind="users", file_name="people.csv", sha256="0" * 64)
    attempt = AccessAttempt.objects.order_by("pk")[0]
    event, token = SecurityEvent.objects.order_by("pk")[0], ApiToken.objects.order_by("pk")[0]
    return {
        "imports": reverse("admin:users_import_changelist"),
        "import": reverse("admin:users_import_change", args=[imported.pk]),
        "security-log": reverse("admin:users_securityevent_changelist"),
        "security-event": reverse("admin:users_securityevent_change", args=[event.pk]),
        "refused-sign-ins": reverse("admin:axes_accessattempt_changelist"),
        "refused-sign-in": reverse("admin:axes_accessattempt_change", args=[attempt.pk]),
        "refused-sign-in-delete": reverse("admin:axes_accessattempt_delete", args=[attempt.pk]),
        "api-tokens": reverse("admin:users_apitoken_changelist"),
        "api-token": reverse("admin:users_apitoken_change", args=[token.pk]),
        "api-token-revoke": reverse("admin:users_apitoken_revoke", args=[token.pk]),
        "own-password": reverse("admin:password_change"),
        "own-email": reverse("account-email"),
    }


def pages_outside() -> dict[str, str]:
    """Return the address of each page for who is not signed in: one forgot, one signs up, one changes their e-mail.

    There is a campaign to two people or more.
    """
    person, _made = User.objects.get_or_create(email="nora@example.com", first_name="Nora", password="")
    wish, _made = PendingEmail.objects.get_or_create(user=person, defaults={"email": "nora.new@example.com"})
    pending, _made = PendingSignup.objects.get_or_create(email="new@example.com")
    return {
        "welcome": reverse("front"),
        "account-sign-in": reverse("account-sign-in"),
        "sign-up": reverse("account-sign-up"),
        "sign-up-sent": reverse("account-sign-up-sent"),
        "sign-in": reverse("admin:login"),
        "forgotten-password": reverse("admin_password_reset"),
        "forgotten-password-sent": reverse("account-password-reset-sent"),
        "new-password": reverse("account-password-reset-confirm", args=[reset_token(person)]),
        "new-password-set": reverse("account-password-set"),
        "link-over": reverse("account-password-reset-confirm", args=["garbage"]),
        "confirm-signup": reverse("account-confirm", args=[signup_token(pending)]),
        "confirmed": reverse("account-confirmed"),
        "confirm-email": reverse("account-email-confirm", args=[email_token(wish)]),
        "email-sent": reverse("account-email-sent"),
        "email-changed": reverse("account-email-changed"),
        "email-link-over": reverse("account-email-confirm", args=["garbage"]),
        **_pages_of_mail(),
    }


def _pages_of_mail() -> dict[str, str]:
    """Return the pages that a mail links to: of somebody who has it still to say, and of who has unsubscribed."""
    campaign, category = Campaign.objects.order_by("pk")[0], _category()
    Campaign.objects.filter(pk=campaign.pk).update(category=category)
    stays, leaves = (one.user for one in campaign.deliveries.select_related("user").order_by("pk")[:2])
    assert stays and leaves  # noqa: PT018  # a campaign has people
    opt_out(user=leaves, topic=Topic(category=category), door=Door(OptOutSource.ONE_CLICK, campaign=campaign))
    token, spent = unsubscribe_token(campaign.pk, stays.pk), unsubscribe_token(campaign.pk, leaves.pk)
    return {
        "unsubscribe": reverse("unsubscribe", args=[token]),
        "unsubscribed": reverse("unsubscribe", args=[spent]),
        "unsubscribe-preferences": reverse("unsubscribe-preferences", args=[spent]),
    }


def pages_of_customer() -> dict[str, tuple[str, int]]:
    """Return the address of each page for a customer, and how it answers: they wait for one event, and had another."""
    waiting = UserEventRelation.objects.filter(user__email="clara@example.com", status="waitlisted")[0]
    open_to_all = Event.objects.get(title="Summer party")
    return {
        "account-home": (reverse("account"), 200),
        "account-past": (reverse("account") + "?past", 200),
        "account-calendar": (reverse("account-calendar"), 200),
        "account-events": (reverse("account-events"), 200),
        "account-event": (reverse("account-event", args=[open_to_all.pk]), 200),
        "account-event-waiting": (reverse("account-event", args=[waiting.event_id]), 200),
        "account-mail": (reverse("account-mail"), 200),
        "account-profile": (reverse("account-profile"), 200),
        "for-staff": (reverse("admin:login"), 403),
        "not-found": ("/nowhere/", 404),
    }


def pages_of_agent() -> dict[str, tuple[str, int]]:
    """Return the address of a page that an agent may not see, and how it answers."""
    return {"not-permitted": (reverse("admin:users_import_changelist"), 403)}
