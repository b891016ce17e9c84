"""The admin's site: guards what every page has to stand."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
else:
    from unfold.sites import UnfoldAdminSite as AdminSite


class CrmAdminSite(AdminSite):
    """Unfold's site, which answers 400 to what no database can look up, and deletes nothing in bulk."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        """Add the mailbox, which is no model's."""
        from mailing.admin import mailbox_urls, preference_urls

        return [*mailbox_urls(self), *preference_urls(self), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # Django's view answers with any response
        """Tell who is signed in and has no business here that this is for staff, and lead them to their own pages."""
        if request.method == "GET" and request.user.is_authenticated and not self.has_permission(request):
            return render(request, "account/for_staff.html", status=HTTPStatus.FORBIDDEN)
        answer: HttpResponseBase = super().login(request, extra_context)
        return answer

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the first page: which of our packages a list comes from is nobody's way to it."""
        return HttpResponseRedirect(reverse(f"{self.name}:index"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # Django's view answers with any response
        """Change one's own password through the service, by the form that counts wrong guesses."""
        from users.admin.own_password import OwnPasswordPage

        request.current_app = self.name
        view = OwnPasswordPage.as_view(
            success_url=reverse(f"{self.name}:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if _has_nul(request):
                return _unreadable(request, _("The address has a NUL, which no text here can hold."))
            try:
                answer: HttpResponseBase = inner(request, *args, **kwargs)
            except DataError:
                return _unreadable(request, _("A value is out of the range that can be stored."))
            return answer

        return guarded


def _has_nul(request: HttpRequest) -> bool:
    """Tell whether the address has the one character that PostgreSQL has no place for.

    Forms find it in their own fields by themselves.
    """
    given = [request.path, *request.GET.keys(), *(value for values in request.GET.lists() for value in values[1])]
    return any("\0" in text for text in given)


def _unreadable(request: HttpRequest, said: str) -> HttpResponse:
    """Answer 400 with a page that says why, under DEBUG too."""
    return render(request, "400.html", {"said": said}, status=HTTPStatus.BAD_REQUEST)
