"""The page on which somebody gets the secret address of their calendar, has another in its place, and ends it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from relations.calendar_pages import address_context, address_taken
from users.accounts.own_pages import OwnPage


class OwnCalendarPage(OwnPage):
    """One's calendar for calendar programs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show()

    def post(self, request: HttpRequest) -> HttpResponse:
        address = address_taken(request, self.person)
        return self._show(address) if address else redirect("account-calendar")

    def _show(self, address: str = "") -> HttpResponse:
        return render(self.request, "account/calendar.html", address_context(self.person, address))
