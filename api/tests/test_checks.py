from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIClient
from rest_framework.views import APIView

from api.checks import check_house_rules, check_rates
from api.permissions import PUBLIC, SIGNED_IN
from api.rules import HouseRules
from api.tests.library import BookViewSet

pytestmark = pytest.mark.django_db


class ForgetfulView(HouseRules):
    def get(self, request: Any) -> Response:
        return Response()


class ForeignView(APIView):
    def post(self, request: Any) -> Response:
        return Response()


class PublicView(ForgetfulView):
    permission = PUBLIC


class SignedInView(ForgetfulView):
    permission = SIGNED_IN


class NarrowView(ForgetfulView):
    permission = "api_tests.view_copy"


class ForgetfulViewSet(BookViewSet):
    @action(detail=False)
    def forgotten(self, request: Any) -> Response:
        return Response()


router = SimpleRouter()
router.register("books", ForgetfulViewSet, "book")
urlpatterns = [
    path("forgetful/", ForgetfulView.as_view()),
    path("foreign/", ForeignView.as_view()),
    path("public/", PublicView.as_view()),
    path("signed-in/", SignedInView.as_view()),
    path("narrow/", NarrowView.as_view()),
    *router.urls,
]


class Token:
    """A token of limited scope."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def allows(self, permission: str) -> bool:
        return permission in self.allowed


@pytest.mark.urls(__name__)
def test_views_that_forgot_a_rule_are_named() -> None:
    here = "api.tests.test_checks"

    assert [(message.id, message.msg) for message in check_house_rules()] == [
        ("api.E002", f"{here}.ForgetfulView names no permission for every call."),
        ("api.E001", f"{here}.ForeignView writes without the house rules."),
        ("api.E002", f"{here}.ForgetfulViewSet names no permission for forgotten."),
    ]


def test_views_of_the_project_forgot_none() -> None:
    assert check_house_rules() == []


@pytest.mark.parametrize("rate", ["often", "5", "5/fortnight", "-5/min", "x/min"])
def test_rate_that_is_none_is_named(rate: str) -> None:
    with override_settings(THROTTLE_RATES={"user": rate, "mail": "", "signup": "1/h"}):
        assert [message.msg for message in check_rates()] == [
            f"THROTTLE_RATES has user={rate}, which is no rate such as 600/min."
        ]


CALLS = ["forgetful/", "public/", "signed-in/", "narrow/"]


def codes(client: APIClient) -> list[int]:
    return [client.get(f"/{address}").status_code for address in CALLS]


@pytest.mark.urls(__name__)
def test_view_lets_in_whom_it_names(anonymous: APIClient, client: APIClient, outsider: Any) -> None:
    reader = APIClient()
    reader.force_authenticate(outsider)

    assert codes(anonymous) == [401, 200, 401, 401]
    assert codes(reader) == [403, 200, 200, 403]
    assert codes(client) == [403, 200, 200, 200]


@pytest.mark.urls(__name__)
def test_person_who_was_deactivated_is_nobody(client: APIClient, librarian: Any) -> None:
    librarian.is_active = False

    assert codes(client) == [403, 200, 403, 403]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("allowed", "expected"), [((), [403, 200, 403, 403]), (("api_tests.view_copy",), [403, 200, 403, 200])]
)
def test_token_narrows_what_its_owner_may_do(librarian: Any, allowed: Any, expected: list[int]) -> None:
    client = APIClient()
    token: Any = Token(*allowed)
    client.force_authenticate(librarian, token)

    assert codes(client) == expected


@pytest.mark.urls(__name__)
def test_token_never_widens_it(outsider: Any) -> None:
    client = APIClient()
    token: Any = Token("api_tests.view_copy", SIGNED_IN)
    client.force_authenticate(outsider, token)

    assert codes(client) == [403, 200, 200, 403]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("method", ["options", "head"])
def test_options_and_head_ask_for_the_same(anonymous: APIClient, client: APIClient, method: str) -> None:
    assert [getattr(one, method)("/narrow/").status_code for one in (anonymous, client)] == [401, 200]
