"""What a delivery says of its fate is said in the language of the site."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone as clock
from django.utils.translation import trans_real

from mailing.claims import claim, gate
from mailing.models import Delivery
from mailing.pump import pump
from mailing.suppressions import suppress
from mailing.tests.factories import QUICK, campaign_to, people
from mailing.tests.smtp_server import SmtpServer
from mailing.upkeep import recover
from users.models import User

pytestmark = pytest.mark.django_db
WORDS = {
    "The address is suppressed.": "unterdrückt",
    "The person is no longer active.": "inaktiv",
    "The person has another address now.": "umgezogen",
    "The worker was lost while it handed the message over.": "verloren",
    "Given up after %(attempts)s attempts: %(error)s": "nach %(attempts)s aufgegeben: %(error)s",
    "The e-mail backend sent nothing.": "nichts gesandt",
}


@pytest.fixture(autouse=True)
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Translate what deliveries say."""
    translations: Any = trans_real.translation("en")
    for english, words in WORDS.items():
        monkeypatch.setitem(translations._catalog._catalogs[0], english, words)


def said() -> list[str]:
    """Return what the deliveries say, in their order."""
    return list(Delivery.objects.order_by("pk").values_list("error", flat=True))


def test_who_is_held_back_is_told_why() -> None:
    campaign = campaign_to(people(4))
    withdrawn, inactive, moved, suppressed = Delivery.objects.order_by("pk")
    suppress(address=withdrawn.address, reason="manual")
    held = claim(campaign.pk, campaign.lane, QUICK)
    User.objects.filter(pk=inactive.user_id).update(is_active=False)
    User.objects.filter(pk=moved.user_id).update(email="elsewhere@example.com")
    suppress(address=suppressed.address, reason="manual")
    Delivery.objects.filter(pk=suppressed.pk).update(
        status="claimed", token=held.token, lease_until=clock.now() + timedelta(hours=1), error=""
    )

    gate(held, held.ids, QUICK)

    assert said() == ["unterdrückt", "inaktiv", "umgezogen", "unterdrückt"]


def test_lost_worker_is_told_of() -> None:
    campaign = campaign_to(people(1))
    held = claim(campaign.pk, campaign.lane, QUICK)
    gate(held, held.ids, QUICK)
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    recover()

    assert said() == ["verloren"]


def test_giving_up_is_told_of(server: SmtpServer) -> None:
    campaign_to(people(1))
    server.script("RCPT", "451 later")

    pump(replace(QUICK, attempts=1))

    assert said() == ["nach 1 aufgegeben: 451 later"]


def test_idle_backend_is_told_of(settings: Any) -> None:
    settings.EMAIL_BACKEND = "mailing.tests.backends.Idle"
    campaign_to(people(1))

    pump(QUICK)

    assert said() == ["nichts gesandt"]
