"""Every page of the admin by a name for its picture."""

from django.urls import reverse

from events.models import Event
from mailing import mailbox
from mailing.models import Campaign, Delivery
from relations.models import UserEventRelation
from users.models import User


def pages() -> dict[str, str]:
    """Return the address of each page, for the data of the fixture ``site``."""
    return {"dashboard": reverse("admin:index"), **_people(), **_events(), **_relations(), **_mail(), **_others()}


def _people() -> dict[str, str]:
    person = User.objects.filter(is_staff=False).order_by("pk")[0]
    return {
        "people": reverse("admin:users_user_changelist"),
        "people-filtered": reverse("admin:users_user_changelist") + "?min_events_hosted=1&o=-7",
        "person-add": reverse("admin:users_user_add"),
        "person": reverse("admin:users_user_change", args=[person.pk]),
        "person-events": reverse("admin:users_user_panel", args=[person.pk, "events"]),
        "person-mail": reverse("admin:users_user_panel", args=[person.pk, "mail"]),
        "person-history": reverse("admin:users_user_panel", args=[person.pk, "history"]),
        "person-password": reverse("admin:auth_user_password_change", args=[person.pk]),
        "person-delete": reverse("admin:users_user_delete", args=[person.pk]),
    }


def _events() -> dict[str, str]:
    event = Event.objects.filter(capacity__waiting__gt=0).order_by("pk")[0]
    return {
        "events": reverse("admin:events_event_changelist"),
        "event-add": reverse("admin:events_event_add"),
        "event": reverse("admin:events_event_change", args=[event.pk]),
        "event-people": reverse("admin:events_event_panel", args=[event.pk, "people"]),
        "event-history": reverse("admin:events_event_panel", args=[event.pk, "history"]),
    }


def _relations() -> dict[str, str]:
    relation = UserEventRelation.objects.filter(role="attendee", status="confirmed").order_by("pk")[0]
    return {
        "relations": reverse("admin:relations_usereventrelation_changelist"),
        "relation": reverse("admin:relations_usereventrelation_change", args=[relation.pk]),
        "relation-ledger": reverse("admin:relations_usereventrelation_panel", args=[relation.pk, "history"]),
        "relation-add": reverse("admin:relations_usereventrelation_add") + f"?event={relation.event_id}",
        "relation-end": reverse("admin:relations_usereventrelation_end", args=[relation.pk]),
    }


def _mail() -> dict[str, str]:
    first, last = Campaign.objects.order_by("pk")[0], Campaign.objects.order_by("-pk")[0]
    return {
        "campaigns": reverse("admin:mailing_campaign_changelist"),
        "campaign": reverse("admin:mailing_campaign_change", args=[first.pk]),
        "campaign-deliveries": reverse("admin:mailing_campaign_panel", args=[first.pk, "deliveries"]),
        "campaign-left-out": reverse("admin:mailing_campaign_panel", args=[first.pk, "left-out"]),
        "campaign-pause": reverse("admin:mailing_campaign_step", args=[last.pk, "pause"]),
        "deliveries": reverse("admin:mailing_delivery_changelist"),
        "delivery": reverse("admin:mailing_delivery_change", args=[Delivery.objects.order_by("pk")[0].pk]),
        "suppressed": reverse("admin:mailing_suppression_changelist"),
        "mailbox": reverse("admin:mailbox"),
        "mailbox-message": reverse("admin:mailbox_message", args=[mailbox.list_messages(1)[0].name]),
    }


def _others() -> dict[str, str]:
    return {
        "imports": reverse("admin:users_import_changelist"),
        "own-password": reverse("admin:password_change"),
    }
