"""The addresses of tickets and of people's calendars: whoever has one needs no sign-in."""

from django.urls import URLPattern, path

from relations import calendar_pages, ticket_pages

page_urls: list[URLPattern] = [
    # Named token, so that no log and no history holds it.
    path("tickets/<str:token>/", ticket_pages.TicketPage.as_view(), name="ticket"),
    path("tickets/<str:token>/invite.ics", ticket_pages.TicketCalendar.as_view(), name="ticket-calendar"),
    path("calendars/<str:token>.ics", calendar_pages.person_calendar, name="calendar"),
]
