"""Addresses with an optional trailing slash."""

from rest_framework.routers import APIRootView, DefaultRouter

from api.permissions import SIGNED_IN
from api.rules import HouseRules


class RootView(HouseRules, APIRootView):
    """Where the lists are to be found."""

    permission = SIGNED_IN


class Router(DefaultRouter):
    """Routes each address with and without a slash at its end; the documentation shows it with one."""

    include_format_suffixes = False
    APIRootView = RootView

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
