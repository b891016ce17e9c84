"""Campaigns, what they freeze into, and what holds mail back."""

from mailing.models.accounts import AccountMail
from mailing.models.campaigns import Audience, Campaign, CampaignExclusion, CampaignStatus, ExclusionReason, Lane
from mailing.models.deliveries import LIVE, Delivery, DeliveryStatus
from mailing.models.holds import LanePause, Suppression, SuppressionReason

__all__ = [
    "LIVE",
    "AccountMail",
    "Audience",
    "Campaign",
    "CampaignExclusion",
    "CampaignStatus",
    "Delivery",
    "DeliveryStatus",
    "ExclusionReason",
    "Lane",
    "LanePause",
    "Suppression",
    "SuppressionReason",
]
