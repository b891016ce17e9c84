"""Which renderer fills in a campaign: mails about registrations and accounts know more than the person's record."""

from uuid import UUID

from mailing import accounts
from mailing.models import RegistrationMail
from mailing.registrations.rendering import RegistrationRenderer
from mailing.rendering import Renderer


def renderer_of(campaign_id: UUID) -> Renderer:
    """Return a campaign's templates."""
    about = RegistrationMail.objects.select_related("campaign").filter(campaign=campaign_id).first()
    return RegistrationRenderer(about) if about else accounts.renderer_of(campaign_id)
