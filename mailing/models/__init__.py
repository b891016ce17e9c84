"""Campaigns, what they freeze into, and what holds mail back."""

from mailing.models.accounts import AccountMail
from mailing.models.campaigns import Audience, Campaign, CampaignExclusion, CampaignStatus, ExclusionReason, Lane
from mailing.models.deliveries import LIVE, Delivery, DeliveryStatus
from mailing.models.holds import LanePause, Suppression, SuppressionReason
from mailing.models.registrations import RegistrationMail, RegistrationMailKind

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
    "RegistrationMail",
    "RegistrationMailKind",
    "Suppression",
    "SuppressionReason",
]
