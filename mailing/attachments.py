"""Files of mails: read when a mail is sent, and forgotten when it is old."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone as clock

from mailing.models import Attachment
from mailing.rendering import File

KEPT = timedelta(days=7)


def files_of(campaign_id: UUID) -> list[File]:
    """Return the files that go along with the mail of a campaign, in their order."""
    stored = Attachment.objects.filter(campaign=campaign_id).order_by("pk")
    return [File(one.name, one.content_type, bytes(one.content)) for one in stored]


def purge() -> int:
    """Delete the files of mails that were finished a week ago; return how many."""
    return Attachment.objects.filter(campaign__finished_at__lt=clock.now() - KEPT).delete()[0]
