"""Campaigns, deliveries, templates, what people want and suppressed addresses in the admin, and mail sent here."""

from events.admin import event_pages
from mailing.admin.campaigns import CampaignAdmin, campaign_panels
from mailing.admin.categories import MailCategoryAdmin
from mailing.admin.deliveries import DeliveryAdmin
from mailing.admin.mailbox_pages import mailbox_urls, may_read_mailbox
from mailing.admin.panels import DeliveriesOfCampaign, LeftOutOfCampaign, MailOfPerson
from mailing.admin.preferences import PreferencesOfPerson, preference_urls
from mailing.admin.sending import may_write, may_write_to_event, send_email, write_to_event, write_to_segment
from mailing.admin.suppressions import SuppressionAdmin, SuppressionChangeAdmin
from mailing.admin.templates import EmailTemplateAdmin
from users.admin import people_actions, people_panels, segment_pages

__all__ = [
    "CampaignAdmin",
    "DeliveryAdmin",
    "EmailTemplateAdmin",
    "MailCategoryAdmin",
    "SuppressionAdmin",
    "SuppressionChangeAdmin",
    "mailbox_urls",
    "may_read_mailbox",
    "preference_urls",
]

campaign_panels.register(DeliveriesOfCampaign(), LeftOutOfCampaign())
people_panels.register(MailOfPerson(), PreferencesOfPerson())
people_actions.append(send_email)
segment_pages.register("write", write_to_segment, link=may_write)
event_pages.register("write", write_to_event, link=may_write_to_event)
