"""The outbox as tests look at it and empty it."""

from django.utils import timezone as clock

from mailing.models import Delivery, LanePause
from mailing.pump import pump
from mailing.tests.factories import QUICK


def only_delivery() -> Delivery:
    """Return the one delivery that there is."""
    return Delivery.objects.get()


def pump_until_quiet() -> None:
    """Pump until nothing is left to send, ending every wait."""
    for _tick in range(20):
        pump(QUICK)
        if not Delivery.objects.live().exists():
            return
        Delivery.objects.update(next_attempt_at=clock.now())
        LanePause.objects.update(until=clock.now())
