from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "mailing"

    def ready(self) -> None:
        """Say who may do what with mail."""
        from mailing.models import Campaign, CampaignExclusion, Delivery
        from users.roles import Role, grant

        grant(Role.ORGANIZER, Campaign, "view", "add", "change")
        for model in (CampaignExclusion, Delivery):
            grant(Role.ORGANIZER, model, "view")
