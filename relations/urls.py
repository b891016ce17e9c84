"""The addresses of the pages about registrations: of one's own, and of tickets and calendars, which are secrets."""

from django.urls import URLPattern, path

from relations import calendar_pages, event_pages, own_calendar, own_pages, ticket_pages

page_urls: list[URLPattern] = [
    path("account/", own_pages.OwnEventsPage.as_view(), name="account"),
    path("account/calendar/", own_calendar.OwnCalendarPage.as_view(), name="account-calendar"),
    path("account/events/", event_pages.EventsPage.as_view(), name="account-events"),
    path("account/events/<uuid:id>/", event_pages.EventPage.as_view(), name="account-event"),
    # Whoever has one of these needs no sign-in. Named token, so that no log and no history holds it.
    path("tickets/<str:token>/", ticket_pages.TicketPage.as_view(), name="ticket"),
    path("tickets/<str:token>/invite.ics", ticket_pages.TicketCalendar.as_view(), name="ticket-calendar"),
    path("calendars/<str:token>.ics", calendar_pages.secret_calendar, name="calendar"),
]
