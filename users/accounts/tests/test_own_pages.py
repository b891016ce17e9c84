"""The page on which somebody changes their own profile."""

from typing import Any

import pytest
from django.test import Client

from users.models import User

PAGE = "/account/profile/"


@pytest.fixture
def noras(client: Client, nora: User) -> Client:
    """Return a browser in which Nora is signed in."""
    client.force_login(nora)
    return client


def profile(**changes: str) -> dict[str, str]:
    """Return a filled form."""
    return {"first_name": "Nora", "last_name": "Neu", "language": "en", "timezone": "UTC", **changes}


def test_profile_is_changed_through_the_service(noras: Client, nora: User) -> None:
    given = profile(
        last_name="Alt", phone_number="+44 20 7946 0018", company="Acme", language="pt_BR", timezone="Europe/Berlin"
    )
    answer = noras.post(PAGE, given, follow=True)

    nora.refresh_from_db()
    assert (nora.last_name, nora.phone_number, nora.company) == ("Alt", "+442079460018", "Acme")
    assert (nora.language, nora.timezone) == ("pt-br", "Europe/Berlin")
    assert b"Your profile is saved." in answer.content
    assert b'value="Acme"' in answer.content


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(noras: Client, nora: User) -> None:
    opened = noras.get(PAGE).content.decode()
    assert 'name="initial-company"' in opened
    before = {f"initial-{name}": value for name, value in profile(company="").items()}
    User.objects.filter(pk=nora.pk).update(company="Acme")

    noras.post(PAGE, {**before, **profile(company="", first_name="Eleonora")})

    nora.refresh_from_db()
    assert (nora.first_name, nora.company) == ("Eleonora", "Acme")


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "English!"), ("timezone", "Mars/Olympus"), ("first_name", "n" * 151), ("company", "a\0b")],
)
def test_wrong_values_are_said_at_their_field(noras: Client, nora: User, field: str, value: str) -> None:
    answer: Any = noras.post(PAGE, profile(**{field: value}))

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert f'id="id_{field}_error"' in answer.content.decode()
    before = User.objects.get(pk=nora.pk)
    assert (before.language, before.timezone, before.first_name, before.company) == ("en", "UTC", "Nora", "")


def test_nothing_else_is_changed_by_naming_it(noras: Client, nora: User) -> None:
    noras.post(PAGE, profile(email="boss@example.com", is_staff="on", external_id="x", is_superuser="on"))

    nora.refresh_from_db()
    assert (nora.email, nora.is_staff, nora.external_id, nora.is_superuser) == ("nora@example.com", False, None, False)


def test_profile_leads_to_e_mail_password_and_out(noras: Client) -> None:
    said = noras.get(PAGE).content.decode()

    for address in ("/account/email/", "/account/password/reset/", "/account/sign-out/", "/account/events/"):
        assert f'"{address}"' in said
