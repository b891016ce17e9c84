"""Campaigns, what they freeze into, and what holds mail back."""

from mailing.models.accounts import AccountMail
from mailing.models.attachments import Attachment
from mailing.models.campaigns import (
    Audience,
    Campaign,
    CampaignExclusion,
    CampaignStatus,
    ExclusionReason,
    Lane,
    OptOutScope,
)
from mailing.models.categories import MailCategory
from mailing.models.deliveries import LIVE, Delivery, DeliveryStatus
from mailing.models.holds import LanePause, Suppression, SuppressionChange, SuppressionReason, SuppressionStep
from mailing.models.preferences import OptOut, OptOutSource
from mailing.models.registrations import RegistrationMail, RegistrationMailKind
from mailing.models.templates import EmailTemplate, EmailTemplateVersion

__all__ = [
    "LIVE",
    "AccountMail",
    "Attachment",
    "Audience",
    "Campaign",
    "CampaignExclusion",
    "CampaignStatus",
    "Delivery",
    "DeliveryStatus",
    "EmailTemplate",
    "EmailTemplateVersion",
    "ExclusionReason",
    "Lane",
    "LanePause",
    "MailCategory",
    "OptOut",
    "OptOutScope",
    "OptOutSource",
    "RegistrationMail",
    "RegistrationMailKind",
    "Suppression",
    "SuppressionChange",
    "SuppressionReason",
    "SuppressionStep",
]
