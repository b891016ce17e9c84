"""What the API has done for it in the background."""

from celery import shared_task

from api.models import IdempotencyKey


@shared_task(name="api.forget_answers", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery is untyped
def forget_answers() -> None:
    """Delete the stored answers that no longer count: they hold personal data."""
    IdempotencyKey.objects.expired().delete()
