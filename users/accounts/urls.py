"""The addresses of signing up and in, of passwords and of tokens."""

from typing import Any

from django.urls import URLPattern, path, re_path
from django.views.generic import TemplateView

from users.accounts import api, email_pages, own_pages, pages
from users.accounts.me import MeViewSet

ME: Any = {"get": "retrieve", "put": "update", "patch": "partial_update"}

api_urls: list[URLPattern] = [
    re_path("^auth/login/?$", api.LoginView.as_view(), name="login"),
    re_path("^auth/refresh/?$", api.RefreshView.as_view(), name="refresh"),
    re_path("^auth/logout/?$", api.LogoutView.as_view(), name="logout"),
    re_path("^auth/signup/?$", api.SignupView.as_view(), name="signup"),
    re_path("^auth/signup/confirm/?$", api.ConfirmSignupView.as_view(), name="signup-confirm"),
    re_path("^auth/password/change/?$", api.PasswordChangeView.as_view(), name="password-change"),
    re_path("^auth/password/reset/?$", api.PasswordResetView.as_view(), name="password-reset"),
    re_path("^auth/password/reset/confirm/?$", api.PasswordResetConfirmView.as_view(), name="password-reset-confirm"),
    re_path("^auth/email/confirm/?$", api.ConfirmEmailView.as_view(), name="email-confirm"),
    re_path("^users/me/?$", MeViewSet.as_view(ME), name="me"),
]


page_urls: list[URLPattern] = [
    path("confirm/done/", TemplateView.as_view(template_name="account/confirmed.html"), name="account-confirmed"),
    path("confirm/<str:token>/", pages.ConfirmSignupPage.as_view(), name="account-confirm"),
    path("confirm/<str:token>/another/", pages.OtherPasswordPage.as_view(), name="account-confirm-other"),
    path("profile/", own_pages.ProfilePage.as_view(), name="account-profile"),
    path("email/", email_pages.ChangeEmailPage.as_view(), name="account-email"),
    path("email/sent/", TemplateView.as_view(template_name="account/email_sent.html"), name="account-email-sent"),
    path("email/done/", TemplateView.as_view(template_name="account/email_changed.html"), name="account-email-changed"),
    path("email/<str:token>/", email_pages.ConfirmEmailPage.as_view(), name="account-email-confirm"),
    # Named as unfold's sign-in page asks for it, which then offers a link.
    path("password/reset/", pages.ForgottenPage.as_view(), name="admin_password_reset"),
    path(
        "password/reset/sent/",
        TemplateView.as_view(template_name="account/reset_sent.html"),
        name="account-password-reset-sent",
    ),
    path(
        "password/reset/done/",
        TemplateView.as_view(template_name="account/password_set.html"),
        name="account-password-set",
    ),
    path("password/reset/<str:token>/", pages.NewPasswordPage.as_view(), name="account-password-reset-confirm"),
]
