"""Mail about people's accounts: each is a campaign of one delivery in the transactional lane.

No row holds a link that lets anybody in. The outbox keeps whose address it is, which kind of mail, and the key of
what waits to be confirmed; the worker has the link made when it fills in the templates, so it lives in the mail alone.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.dispatch import receiver
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from mailing.attachments import files_of
from mailing.doorbell import ring
from mailing.models import AccountMail, Campaign, CampaignStatus, Delivery, Lane
from mailing.rendering import ContentError, Rendered, Renderer
from users.accounts.mail import AccountMailKind, values
from users.email_addresses import LONGEST, mailbox_of
from users.models import User
from users.signals import account_mail, person_leaves

# Of what somebody can have sent to an address: so many in an hour and in a day for one who asks, and in a day for all
# who do, so that a stranger does not use up what the owner may ask for, and many strangers send no flood. Each call has
# a bucket of its own: who asks for one sort of mail in another's name uses up none of the others.
AT_MOST = 5
AT_MOST_DAILY = 10
AT_MOST_OF_ALL = 30
BUCKETS = (
    frozenset({AccountMailKind.CONFIRM_SIGNUP, AccountMailKind.SIGNUP_KNOWN}),
    frozenset({AccountMailKind.PASSWORD_RESET}),
    frozenset({AccountMailKind.EMAIL_ASKED}),
    frozenset({AccountMailKind.CONFIRM_EMAIL}),
)
# First key of the advisory locks under which the mails of a bucket are counted.
FLOODED = 0x666C6F64
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = timedelta(days=7)
PORTION = 1_000
PARTS = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}


@receiver(account_mail)
@transaction.atomic
def write(*, kind: str, user: User | None, email: str, context: dict[str, Any], **_kwargs: Any) -> bool:
    """Put a mail into the outbox, the same rows whether the address is somebody's or nobody's.

    Return False, and write nothing, where the address has had as many of the sort as it gets.
    """
    bucket = next((bucket for bucket in BUCKETS if kind in bucket), None)
    counted, asker = _counted_as(kind, email)[:LONGEST], context["asker"]
    if bucket and _is_full(bucket, counted, asker):
        return False
    campaign = Campaign(
        template=f"account/{kind}",
        **_content(kind, context["language"]),
        lane=Lane.TRANSACTIONAL,
        status=CampaignStatus.SENDING,
        frozen_count=1,
        started_at=clock.now(),
    )
    campaign.save(force_insert=True)
    AccountMail.objects.create(campaign=campaign, kind=kind, address=counted, asker=asker, key=context["key"])
    Delivery.objects.create(campaign=campaign, user=user, address=email)
    ring()
    return True


@receiver(person_leaves)
def let_go(*, user: User, **_kwargs: Any) -> None:
    """Let mails about the account of ``user`` be nobody's, in the transaction that deletes them.

    They go when they are old, as every mail about an account does; a link that is still waiting will not be sent.
    """
    Delivery.objects.filter(user=user, campaign__account_mail__isnull=False).update(user=None)


class NothingToSay(Renderer):
    """The renderer of a mail that has become pointless: its delivery fails and says so."""

    def render(self, *_args: Any) -> Rendered:
        raise ContentError("text", _("The address is nobody's, or the link is over already: nothing was sent."))


def renderer_of(campaign_id: UUID) -> Renderer:
    """Return a campaign's templates; those of a mail about an account with its link filled in."""
    subject, text, html = Campaign.objects.values_list("subject", "text", "html").get(pk=campaign_id)
    about = AccountMail.objects.filter(campaign=campaign_id).first()
    if about is None:
        return Renderer(subject, text, html, files=files_of(campaign_id))
    delivery = Delivery.objects.select_related("user").get(campaign=campaign_id)
    known = values(about.kind, user=delivery.user, key=about.key)
    return NothingToSay(subject, text, html) if known is None else Renderer(subject, text, html, known)


def purge() -> int:
    """Delete mails about accounts that ended a week ago, with all that was kept of them; return how many."""
    ended = AccountMail.objects.filter(campaign__finished_at__lt=clock.now() - KEPT).order_by("created_at")
    keys = list(ended.values_list("campaign", flat=True)[:PORTION])
    with transaction.atomic():
        Delivery.objects.filter(campaign__in=keys).delete()
        Campaign.objects.filter(pk__in=keys).delete()
    return len(keys)


def _counted_as(kind: str, email: str) -> str:
    """Return what mails to ``email`` are counted under: a mailbox's tagged addresses together, its plain one apart.

    So who asks for nora+1@ and its like uses up nothing of nora@. A reset is mailed to an account alone, so to no other
    address than the one that somebody confirmed: it counts for that very one.
    """
    mailbox = mailbox_of(email)
    if kind == AccountMailKind.PASSWORD_RESET or email == mailbox:
        return email
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+@{domain}"


def _is_full(bucket: frozenset[AccountMailKind], counted: str, asker: str) -> bool:
    """Count under a lock until the transaction ends: of many calls at once each sees what the last one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [FLOODED, f"{min(bucket)} {counted}"])
    recent = AccountMail.objects.filter(address=counted, kind__in=bucket, created_at__gt=clock.now() - DAY)
    own, this_hour = Q(asker=asker), Q(created_at__gt=clock.now() - HOUR)
    counts = recent.aggregate(all=Count("pk"), own=Count("pk", filter=own), hourly=Count("pk", filter=own & this_hour))
    return bool(counts["hourly"] >= AT_MOST or counts["own"] >= AT_MOST_DAILY or counts["all"] >= AT_MOST_OF_ALL)


def _content(kind: str, language: str) -> dict[str, str]:
    """Return the file templates of ``kind`` in a language, or in English where there are none in it."""
    folder = Path(settings.BASE_DIR) / "templates" / "email" / "account" / kind
    spoken = [folder / name for name in (language, language.partition("-")[0]) if name.replace("-", "").isalpha()]
    place = next((one for one in spoken if one.is_dir()), folder / "en")
    return {part: (place / name).read_text("utf-8").strip() for part, name in PARTS.items()}
