"""Mail over REST: sending, campaigns with their counts, deliveries."""

from mailing.api.campaigns import CampaignViewSet, ExcludedViewSet
from mailing.api.deliveries import DeliveryViewSet
from mailing.api.sending import SendEmailView

__all__ = ["CampaignViewSet", "DeliveryViewSet", "ExcludedViewSet", "SendEmailView"]
