"""A filter of people that is kept under a name."""

from typing import Any

import uuid_utils.compat
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from users.expressions import text_key
from users.history import tracked
from users.segments.querysets import SegmentQuerySet
from users.triggers import raise_version

EDITED = ("name", "description", "filter")
TAKEN = _("There is a segment of this name already: another owner may have made it.")


@tracked(EDITED)
class Segment(models.Model):
    """A kept filter of people, evaluated anew, and for whoever asks, each time it is looked at."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    name = models.CharField(max_length=200, help_text=_("Unique, without regard to case and accents."))
    description = models.TextField(max_length=2_000, blank=True, help_text=_("What it is for."))
    filter = models.JSONField(help_text=_("The JSON of POST /users/filter/."))
    uses = ArrayField(
        models.UUIDField(), default=list, db_default=[], editable=False, help_text=_("The segments that it names.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="segments",
        help_text=_("Who changes it besides administrators."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = SegmentQuerySet.as_manager()

    history: models.Manager[Any]  # made by the decorator

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                text_key("name"),
                name="users_segment_name_is_unique",
                violation_error_code="unique",
                violation_error_message=TAKEN,
            ),
        ]
        indexes = [
            models.Index(text_key("name"), "id", name="users_segment_name"),
            models.Index("created_at", "id", name="users_segment_created_at"),
        ]
        triggers = [raise_version(EDITED)]

    def __str__(self) -> str:
        return self.name

    def validate_constraints(self, exclude: Any = None) -> None:
        """Say of a name that is taken so at the name: that is all that the constraints are about."""
        try:
            super().validate_constraints(exclude)
        except ValidationError as error:
            raise ValidationError({"name": error.error_dict[NON_FIELD_ERRORS]}) from error
