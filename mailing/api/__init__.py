"""Mail over REST: sending, campaigns, deliveries, templates, what people want, and suppressed addresses."""

from mailing.api.campaigns import CampaignViewSet, ExcludedViewSet
from mailing.api.deliveries import DeliveryViewSet
from mailing.api.preferences import PreferencesViewSet
from mailing.api.sending import SendEmailView
from mailing.api.suppressions import SuppressionViewSet
from mailing.api.templates import EmailTemplateVersionViewSet, EmailTemplateViewSet
from mailing.api.transactional import TransactionalView

__all__ = [
    "CampaignViewSet",
    "DeliveryViewSet",
    "EmailTemplateVersionViewSet",
    "EmailTemplateViewSet",
    "ExcludedViewSet",
    "PreferencesViewSet",
    "SendEmailView",
    "SuppressionViewSet",
    "TransactionalView",
]
