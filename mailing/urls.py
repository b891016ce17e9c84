"""The addresses of the pages about mail: one's own, and those that mail links to, which are secrets."""

from django.urls import URLPattern, path

from mailing import own_pages, unsubscribe_pages

page_urls: list[URLPattern] = [
    path("account/mail/", own_pages.MailPage.as_view(), name="account-mail"),
    # Whoever has one of these needs no sign-in. Named token, so that no log and no history holds it. Programs post to
    # the address as the mail has it; one that lost its last slash is not turned away.
    path("unsubscribe/<str:token>/", unsubscribe_pages.UnsubscribePage.as_view(), name="unsubscribe"),
    path("unsubscribe/<str:token>", unsubscribe_pages.UnsubscribePage.as_view()),
    path(
        "unsubscribe/<str:token>/preferences/",
        unsubscribe_pages.PreferencesPage.as_view(),
        name="unsubscribe-preferences",
    ),
]
