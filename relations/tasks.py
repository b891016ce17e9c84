"""The tasks of the workers. They name no event: what there is to do stands in the database."""

from celery import shared_task

from relations.closing import settle_all
from relations.doorbell import EXPIRE_OFFERS, SETTLE
from relations.offers import expire_offers


@shared_task(name=SETTLE, ignore_result=True)  # type: ignore[untyped-decorator]  # Celery is untyped
def settle() -> None:
    """Tell the attendees of closed events what became of them."""
    settle_all()


@shared_task(name=EXPIRE_OFFERS, ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def expire() -> None:
    """End the offers that nobody accepted in time."""
    expire_offers()
