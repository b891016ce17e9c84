"""Which campaigns are mails about one person's account, and what of."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone as clock

from mailing.models.campaigns import Campaign


class AccountMail(models.Model):
    """A campaign of one mail that somebody waits for: a link to confirm, to reset, or a notice.

    What its link proves is made when it is sent; ``key`` alone lets nobody in.
    """

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="account_mail")
    kind = models.CharField(max_length=32)
    # What mails are counted by: the address, or what the tagged addresses of its mailbox have in common.
    address = models.CharField(max_length=254)
    # By a keyed hash, who asked for it: a network address, or somebody who is signed in. Empty: a command.
    asker = models.CharField(max_length=64, default="", db_default="")
    # Of the sign-up, or the e-mail, that waits to be confirmed.
    key = models.UUIDField(null=True, db_column="signup")
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))), name="mailing_accountmail_address_is_lower_case"
            ),
        ]
        indexes = [
            models.Index("address", "created_at", name="mailing_accountmail_address"),
            models.Index("created_at", name="mailing_accountmail_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"
