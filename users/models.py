"""One record for every person: staff, customers and contacts differ only by their groups."""

from typing import Any

import uuid_utils.compat
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from api.validation import CheckedAtOnce
from users.accounts.models import ApiToken, PendingEmail, PendingSignup, SecurityEvent
from users.expressions import name_key, person_search_text, text_key
from users.external_ids import ExternalIdField, external_id_is_no_id_or_path
from users.fields import LanguageField, LowerCaseEmailField, PhoneNumberField
from users.history import tracked
from users.identity import is_somebody
from users.imports.models import Import, ImportedRow
from users.languages import language_is_a_tag
from users.querysets import UserManager, UserQuerySet
from users.roles import HoldsRoles
from users.segments.models import Segment
from users.triggers import raise_version, start_counts, written_by_triggers
from users.zones import validate_zone

__all__ = [
    "EDITED",
    "PROFILE",
    "ApiToken",
    "EventCounts",
    "Import",
    "ImportedRow",
    "PendingEmail",
    "PendingSignup",
    "SecurityEvent",
    "Segment",
    "User",
]

PROFILE = (
    "external_id",
    "first_name",
    "last_name",
    "email",
    "phone_number",
    "avatar",
    "gender",
    "job_title",
    "company",
    "city",
    "state",
    "timezone",
    "language",
)
EDITED = (*PROFILE, "is_active", "is_staff", "is_superuser")


@tracked(EDITED)
class User(HoldsRoles, CheckedAtOnce, AbstractBaseUser, PermissionsMixin):
    """A person: contact, customer, organiser or member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    external_id = ExternalIdField(
        max_length=200, unique=True, null=True, blank=True, help_text=_("The person's id in another system.")
    )
    email = LowerCaseEmailField(
        _("e-mail"), unique=True, null=True, blank=True, help_text=_("Also the login. Empty: no sign-in and no mail.")
    )
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    phone_number = PhoneNumberField(
        max_length=50, blank=True, help_text=_("Stored as +493012345 where it can be read as a number, else as given.")
    )
    avatar = models.URLField(max_length=500, blank=True, help_text=_("Address of a picture."))
    gender = models.CharField(max_length=50, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=200, blank=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    language = LanguageField(max_length=16, default="en", help_text=_("A tag such as en, de or pt-BR."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off: this person cannot sign in."))
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to this admin."))
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager.from_queryset(UserQuerySet)()

    history: models.Manager[Any]  # made by the decorator

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="users_user_email_is_lower_case"),
            external_id_is_no_id_or_path("users_user"),
            is_somebody(),
            language_is_a_tag(),
        ]
        indexes = [
            models.Index(name_key(), "id", name="users_user_name"),
            models.Index(text_key("email"), "id", name="users_user_email_order"),
            models.Index(text_key("company"), "id", name="users_user_company"),
            models.Index(text_key("job_title"), "id", name="users_user_job_title"),
            models.Index(text_key("city"), "id", name="users_user_city"),
            models.Index(text_key("state"), "id", name="users_user_state"),
            models.Index("created_at", "id", name="users_user_created_at"),
            GinIndex(OpClass(person_search_text(), "gin_trgm_ops"), name="users_user_search"),
        ]
        triggers = [start_counts(), raise_version(EDITED)]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or str(self.id)

    def clean(self) -> None:
        """Leave the e-mail alone: its field lower-cases it, and None is allowed."""

    def has_usable_password(self) -> bool:
        """Tell whether some password lets this person in; Django counts an empty column as one that does."""
        return bool(self.password) and super().has_usable_password()

    def get_full_name(self) -> str:
        """Return first and last name, either of which may be empty."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or str(self)

    def natural_key(self) -> tuple[str | None]:  # type: ignore[override]  # the e-mail may be None here
        return (self.email,)


class EventCounts(models.Model):
    """How many events one person hosted and attended: made with the person, kept by the triggers of relations.

    Beside the person and not in it, since an indexed counter that changes rewrites every index of its row.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="counts", verbose_name=_("person"))
    hosted = models.PositiveIntegerField(_("hosted"), default=0, db_default=0, editable=False)
    attended = models.PositiveIntegerField(_("attended"), default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("event counts")
        default_permissions = ()  # nobody writes them, and who sees a person sees theirs
        indexes = [
            models.Index("hosted", "user", name="users_eventcounts_hosted"),
            models.Index("attended", "user", name="users_eventcounts_attended"),
        ]
        triggers = [written_by_triggers()]

    def __str__(self) -> str:
        return f"{self.user}: {self.hosted}, {self.attended}"
