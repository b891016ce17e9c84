from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from pytest_django import Settings

from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def debug(settings: Settings) -> None:
    settings.DEBUG = True


def run() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_demo_where_somebody_is_admin_brings_nothing_back() -> None:
    User.objects.create_superuser(email="root@example.com", password="long enough")

    assert run() == "There is an administrator already: no demo is made.\n"
    assert User.objects.count() == 1


def test_demo_where_people_are_known_makes_the_login_alone() -> None:
    User.objects.create_user("ada@example.com")

    run()

    assert set(User.objects.values_list("email", flat=True)) == {"ada@example.com", "admin@example.com"}
    assert User.objects.get(is_superuser=True).check_password("admin")


def test_demo_with_debug_off_is_refused(settings: Settings) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="only where DEBUG is on"):
        run()

    assert not get_user_model().objects.exists()
