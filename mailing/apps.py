from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "mailing"

    def ready(self) -> None:
        """Say who may do what with mail, and listen for what people are to hear of."""
        from mailing import accounts, checks  # noqa: F401  # imported for what they listen to and register
        from mailing.models import Campaign, CampaignExclusion, Delivery
        from mailing.registrations import changes, outbox  # noqa: F401  # likewise
        from users.roles import Role, grant

        grant(Role.ORGANIZER, Campaign, "view", "add", "change")
        for model in (CampaignExclusion, Delivery):
            grant(Role.ORGANIZER, model, "view")
