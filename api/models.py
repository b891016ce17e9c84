"""The answers that are kept for a day, so that a request which is sent twice is done once."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone as clock

LIFETIME = timedelta(hours=24)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def live(self) -> Self:
        """Return those whose answer still counts."""
        return self.filter(created_at__gt=_oldest())

    def expired(self) -> Self:
        """Return those that may be forgotten."""
        return self.filter(created_at__lte=_oldest())


def _oldest() -> datetime:
    return clock.now() - LIFETIME


class IdempotencyKey(models.Model):
    """One caller's key, the request that it stands for, and the answer that this request got.

    ``caller`` is the person's id without a foreign key. Answers hold personal data: none lives longer than a day.
    """

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="api_idempotencykey_caller_key")]
        indexes = [models.Index("created_at", name="api_idempotencykey_created_at")]

    def __str__(self) -> str:
        return self.key
