"""What signing in leaves in the database: what waits to be confirmed, people's own tokens, and the security log."""

import uuid

import uuid_utils.compat
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from users.accounts.querysets import PendingEmailQuerySet, SecurityEventQuerySet, TokenQuerySet
from users.accounts.scopes import allows


class PendingSignup(models.Model):
    """Somebody who asked for an account, until the mail to their address is answered; the latest of each address.

    The link in the mail is ``key`` with our signature, made when the mail is sent: no table holds one.
    """

    email = models.CharField(max_length=254, unique=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    password = models.CharField(max_length=128, help_text=_("Hashed; empty once the sign-up is confirmed."))
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    phone_number = models.CharField(max_length=50, blank=True)
    company = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=16, default="en")
    created_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="users_signup_email_is_lower_case"),
        ]
        indexes = [models.Index("created_at", name="users_signup_created_at")]

    def __str__(self) -> str:
        return f"sign-up {self.pk}"


class PendingEmail(models.Model):
    """Another e-mail that somebody wants for themselves, until the mail to it is answered; the latest of each person.

    Several may want the same: who confirms it first has it. The link in the mail is ``key`` with our signature.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="pending_email"
    )
    email = models.CharField(max_length=254)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now)

    objects = PendingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail to be confirmed")
        verbose_name_plural = _("e-mails to be confirmed")
        default_permissions = ()  # whose it is sees it in their profile, and nobody else does
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="users_pendingemail_email_is_lower_case"),
        ]
        indexes = [models.Index("created_at", name="users_pendingemail_created_at")]

    def __str__(self) -> str:
        return f"e-mail of {self.user_id}"


class ApiToken(models.Model):
    """A person's token for programs: a part of what they may do, until it ends or is revoked. The secret is theirs."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    name = models.CharField(max_length=100, help_text=_("What it is for."))
    prefix = models.CharField(max_length=13, unique=True, help_text=_("The beginning, by which it is recognised."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the whole token."))
    scopes = ArrayField(models.CharField(max_length=32), help_text=_("What it may do of what its owner may do."))
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: never."))
    last_used_at = models.DateTimeField(null=True, editable=False, help_text=_("To the minute."))
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-id"]
        indexes = [models.Index("created_at", "id", name="users_apitoken_created_at")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, permission: str) -> bool:
        """Tell whether the token's scopes cover ``permission``; whether its owner has it is another question."""
        return allows(self.scopes, permission)


class SecurityEventKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    LOCKED_OUT = "locked_out", _("locked out")
    SIGNED_OUT = "signed_out", _("signed out")
    SIGNED_UP = "signed_up", _("signed up")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    PASSWORD_RESET = "password_reset", _("password reset by mail")
    TOKEN_CREATED = "token_created", _("token made")
    TOKEN_REVOKED = "token_revoked", _("token revoked")
    ROLES_CHANGED = "roles_changed", _("roles changed")
    EMAIL_CHANGED = "email_changed", _("e-mail changed")
    DEACTIVATED = "deactivated", _("deactivated")
    REACTIVATED = "reactivated", _("activated again")


class SecurityEvent(models.Model):
    """Something that happened to somebody's sign-in or rights: who did it, to whom, and from where."""

    at = models.DateTimeField(default=clock.now, db_default=Now())
    kind = models.CharField(max_length=24, choices=SecurityEventKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", help_text=_("Nobody: not signed in.")
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="security_events", verbose_name=_("person")
    )
    unknown_email = models.CharField(
        max_length=64, blank=True, help_text=_("Tells attempts on the same e-mail, which is nobody's, by a keyed hash.")
    )
    address = models.GenericIPAddressField(null=True, verbose_name=_("network address"))
    user_agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security log")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SecurityEventKind.values), name="users_securityevent_kind_is_known"
            ),
        ]
        indexes = [models.Index("at", name="users_securityevent_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
