"""By what campaigns, deliveries and exclusions can be filtered and ordered."""

from api.filters import AddressFilter, BooleanFilter, ChoiceFilter, DateTimeFilter, FilterSet, IdFilter
from api.ordering import Ordering
from mailing.models import CampaignStatus, DeliveryStatus, ExclusionReason, Lane, SuppressionReason

campaign_filters = FilterSet("campaigns")
campaign_filters.register(
    ChoiceFilter("status", CampaignStatus),
    ChoiceFilter("lane", Lane),
    IdFilter("created_by", of="users.User", help_text="Made by this person."),
    DateTimeFilter("created_since", "gte", column="created_at"),
    DateTimeFilter("created_until", "lt", column="created_at", help_text="Before this moment."),
)
campaign_orderings = {"created_at": Ordering("created_at")}

delivery_filters = FilterSet("deliveries")
delivery_filters.register(
    IdFilter("campaign", of="mailing.Campaign", external=None, help_text="Of this campaign."),
    IdFilter("user", of="users.User", help_text="To this person."),
    ChoiceFilter("status", DeliveryStatus),
)
delivery_orderings = {"id": Ordering("id")}

exclusion_filters = FilterSet("exclusions")
exclusion_filters.register(ChoiceFilter("reason", ExclusionReason))
exclusion_orderings = {"id": Ordering("id")}

suppression_filters = FilterSet("suppressions")
suppression_filters.register(
    AddressFilter("address", help_text="This address, without regard to case."),
    ChoiceFilter("reason", SuppressionReason),
)
suppression_orderings = {"id": Ordering("id")}

template_filters = FilterSet("email_templates")
template_filters.register(
    BooleanFilter("archived", help_text="No longer offered, nor sent."),
    DateTimeFilter("created_since", "gte", column="created_at"),
    DateTimeFilter("created_until", "lt", column="created_at", help_text="Before this moment."),
)
template_orderings = {"name": Ordering("name"), "created_at": Ordering("created_at")}

version_filters = FilterSet("email_template_versions")
version_orderings = {"number": Ordering("number")}

# Why the lists are neither filtered nor ordered by the other fields that they show.
campaign_unfiltered = {
    "id": "Names one campaign: GET /campaigns/{id}/.",
    "subject": "Free text; no index.",
    "template": "Of old campaigns the template may be gone; no index.",
    "scheduled_at": "Those that wait are found by status=scheduled.",
    "started_at": "Follows created_at; no index.",
    "finished_at": "Follows created_at; no index.",
    "event_id": "Campaigns are few enough to be looked through.",
    "trouble": "Free text; those that have any are found by status=paused.",
    "updated_at": "No index: every edit would write it.",
}
delivery_unfiltered = {
    "address": "People are found by user; no index on a table of millions.",
    "attempts": "What is tried again is found by status.",
    "next_attempt_at": "What is due is the workers' matter.",
    "message_id": "Made of the id.",
    "error": "Free text; failures are found by status.",
    "sent_at": "No index on a table of millions.",
}
exclusion_unfiltered = {
    "user_id": "May be unknown; no index.",
    "email": "May be unknown; no index.",
    "detail": "Of a reason that is filtered by.",
}
suppression_unfiltered = {"detail": "Free text; no index.", "at": "Follows the id."}
template_unfiltered = {
    "id": "Names one template: GET /email-templates/{id}/.",
    "title": "Templates are few: their list shows them all.",
    "description": "Free text; no index.",
    "category": "Templates are few: their list shows them all.",
    "subject": "Free text; no index.",
    "html": "Free text; no index.",
    "text": "Free text; no index.",
    "current": "Each template has its own numbers.",
    "updated_at": "No index: every edit would write it.",
}
version_unfiltered = {
    "subject": "Free text; no index.",
    "html": "Free text; no index.",
    "text": "Free text; no index.",
    "author": "A template has few versions: their list shows them all.",
    "created_at": "Follows the number.",
}
