from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MailingConfig(AppConfig):
    name = "mailing"

    def ready(self) -> None:
        """Say who may do what with mail, listen for what people are to hear of, and have the first templates stored."""
        from mailing import accounts, checks  # noqa: F401  # imported for what they listen to and register
        from mailing.models import Campaign, CampaignExclusion, Delivery, EmailTemplate, EmailTemplateVersion, OptOut
        from mailing.registrations import changes, outbox  # noqa: F401  # likewise
        from mailing.start_set import bring_start_set
        from users.roles import Role, grant

        grant(Role.ORGANIZER, Campaign, "view", "add", "change")
        grant(Role.ORGANIZER, EmailTemplate, "view", "add", "change")
        for model in (CampaignExclusion, Delivery, EmailTemplateVersion):
            grant(Role.ORGANIZER, model, "view")
        for role in (Role.ORGANIZER, Role.AGENT):  # they are asked why somebody got no mail
            grant(role, OptOut, "view")
        post_migrate.connect(bring_start_set, sender=self)
