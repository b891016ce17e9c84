"""The addresses at the door."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path
from django.views.generic import TemplateView

from users.accounts import door_pages

SENT = TemplateView.as_view(template_name="account/sign_up_sent.html")

door_urls: list[URLPattern] = [
    path("sign-in/", door_pages.SignInPage.as_view(), name="account-sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="front"), name="account-sign-out"),
    path("sign-up/", door_pages.SignUpPage.as_view(), name="account-sign-up"),
    path("sign-up/sent/", SENT, name="account-sign-up-sent"),
]
