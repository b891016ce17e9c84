"""Addresses with an optional trailing slash."""

from rest_framework.routers import DefaultRouter


class Router(DefaultRouter):
    """Routes each address with and without a slash at its end; the documentation shows it with one."""

    include_format_suffixes = False

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
