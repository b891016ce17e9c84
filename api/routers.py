"""Addresses with an optional trailing slash, and the two indexes from which they can be found."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter

from api.permissions import PUBLIC, SIGNED_IN
from api.rules import HouseRules


class IndexView(HouseRules):
    """Where the versions of the API and their descriptions are to be found."""

    schema = None  # it leads to what is documented
    permission = PUBLIC
    # What each is called here, and the name of its route.
    routes: ClassVar[Mapping[str, str]] = {}

    def get(self, request: Request) -> Response:
        return Response({name: reverse(route, request=request) for name, route in self.routes.items()})


class RootView(HouseRules, APIRootView):
    """Where the lists of one version are to be found."""

    permission = SIGNED_IN

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the addresses as the documentation shows them."""
        found: Mapping[str, str] = super().get(request, *args, **kwargs).data
        return Response({name: f"{address}/" for name, address in found.items()})


class Router(DefaultRouter):
    """Routes each address with and without a slash at its end; the documentation shows it with one."""

    include_format_suffixes = False
    APIRootView = RootView

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
