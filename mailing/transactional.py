"""One mail to one person, which somebody waits for: with files, past everybody's campaigns."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from api.exceptions import Conflict
from mailing.audience import by_ids
from mailing.content import Content
from mailing.models import Attachment, Delivery, ExclusionReason, Lane
from mailing.rendering import File
from mailing.services import create_campaign
from users.models import User

REFUSALS = {
    ExclusionReason.UNKNOWN: _("The person is there no longer."),
    ExclusionReason.NO_ADDRESS: _("The person has no e-mail: give them one first."),
    ExclusionReason.INACTIVE: _("The person is not active, and gets no mail."),
    ExclusionReason.SUPPRESSED: _("The person's address is suppressed: let it go first if mail to it is right again."),
}


@transaction.atomic
def send_to_one(*, user: User, content: Content, files: Sequence[File] = (), sender: User | None) -> Delivery:
    """Put a mail to ``user`` into the outbox, in the transactional lane, and return its delivery.

    Who does without mail to many gets it all the same. Raises ``Conflict`` with the reason for its code, and stores
    nothing, for who can get no mail at all.
    """
    campaign = create_campaign(
        content=content, choice=by_ids([str(user.pk)], sender=sender), sender=sender, lane=Lane.TRANSACTIONAL
    )
    excluded = campaign.exclusions.first()
    if excluded:
        raise Conflict(REFUSALS[ExclusionReason(excluded.reason)], code=excluded.reason)
    Attachment.objects.bulk_create(
        [
            Attachment(campaign=campaign, name=file.name, content_type=file.content_type, content=file.content)
            for file in files
        ]
    )
    return campaign.deliveries.get()
