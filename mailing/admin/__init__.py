"""Campaigns, deliveries and suppressed addresses in the admin, and the mail that was sent here."""

from mailing.admin.campaigns import CampaignAdmin, campaign_panels
from mailing.admin.deliveries import DeliveryAdmin, SuppressionAdmin
from mailing.admin.mailbox_pages import mailbox_urls, may_read_mailbox
from mailing.admin.panels import DeliveriesOfCampaign, LeftOutOfCampaign, MailOfPerson
from mailing.admin.sending import send_email
from users.admin import people_actions, people_panels

__all__ = ["CampaignAdmin", "DeliveryAdmin", "SuppressionAdmin", "mailbox_urls", "may_read_mailbox"]

campaign_panels.register(DeliveriesOfCampaign(), LeftOutOfCampaign())
people_panels.register(MailOfPerson())
people_actions.append(send_email)
