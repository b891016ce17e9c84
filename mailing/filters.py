"""By what campaigns, deliveries and exclusions can be filtered and ordered."""

from api.filters import ChoiceFilter, DateTimeFilter, FilterSet, IdFilter
from api.ordering import Ordering
from mailing.models import CampaignStatus, DeliveryStatus, ExclusionReason, Lane

campaign_filters = FilterSet("campaigns")
campaign_filters.register(
    ChoiceFilter("status", CampaignStatus),
    ChoiceFilter("lane", Lane),
    IdFilter("created_by", help_text="Made by this person."),
    DateTimeFilter("created_since", "gte", column="created_at"),
    DateTimeFilter("created_until", "lt", column="created_at", help_text="Before this moment."),
)
campaign_orderings = {"created_at": Ordering("created_at")}

delivery_filters = FilterSet("deliveries")
delivery_filters.register(
    IdFilter("campaign", external=None, help_text="Of this campaign."),
    IdFilter("user", help_text="To this person."),
    ChoiceFilter("status", DeliveryStatus),
)
delivery_orderings = {"id": Ordering("id")}

exclusion_filters = FilterSet("exclusions")
exclusion_filters.register(ChoiceFilter("reason", ExclusionReason))
exclusion_orderings = {"id": Ordering("id")}
