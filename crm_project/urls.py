"""Every address of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from api.routers import IndexView, Router
from api.views import NotFoundView
from crm_project import health
from crm_project.description import DescriptionView
from crm_project.front import front
from crm_project.telemetry.views import metrics
from events.api import EventViewSet
from events.series_api import SeriesViewSet
from mailing.api import (
    CampaignViewSet,
    DeliveryViewSet,
    EmailTemplateVersionViewSet,
    EmailTemplateViewSet,
    ExcludedViewSet,
    PreferencesViewSet,
    SendEmailView,
    SuppressionViewSet,
    TransactionalView,
)
from mailing.urls import page_urls as mailing_page_urls
from relations.api import RegistrationViewSet, RelationViewSet
from relations.api.urls import below as below_relations
from relations.urls import page_urls as relation_page_urls
from users.accounts.api import TokenViewSet
from users.accounts.door_urls import door_urls
from users.accounts.urls import api_urls as account_api_urls
from users.accounts.urls import page_urls as account_page_urls
from users.api import CustomerViewSet, UserViewSet
from users.segments.api import PeopleOfSegmentViewSet, SegmentViewSet

router = Router()
router.register("users", UserViewSet, "user")
router.register("customers", CustomerViewSet, "customer")
router.register("segments", SegmentViewSet, "segment")
router.register("tokens", TokenViewSet, "token")
router.register("events", EventViewSet, "event")
router.register("series", SeriesViewSet, "series")
router.register("events/(?P<id>[^/]+)/registrations", RegistrationViewSet, "registration")
router.register("relations", RelationViewSet, "relation")
router.register("campaigns", CampaignViewSet, "campaign")
router.register("deliveries", DeliveryViewSet, "delivery")
router.register("email-templates", EmailTemplateViewSet, "template")
router.register("suppressions", SuppressionViewSet, "suppression")

# What hangs below a word or an object stands before the router, which would take the word for an id.
api_v1: list[URLPattern | URLResolver] = [
    *account_api_urls,
    *below_relations,
    re_path("^segments/(?P<id>[^/]+)/users/?$", PeopleOfSegmentViewSet.as_view({"get": "list"}), name="segment-users"),
    re_path("^users/send_email/?$", SendEmailView.as_view(), name="user-send-email"),
    re_path("^emails/send-emails/?$", SendEmailView.as_view(), name="email-send-emails"),
    re_path("^emails/transactional/?$", TransactionalView.as_view(), name="email-transactional"),
    re_path(
        "^users/(?P<id>[^/]+)/preferences/?$",
        PreferencesViewSet.as_view({"get": "show", "patch": "change"}, detail=True),
        name="user-preferences",
    ),
    re_path("^campaigns/(?P<id>[^/]+)/excluded/?$", ExcludedViewSet.as_view({"get": "list"}), name="campaign-excluded"),
    re_path(
        "^email-templates/(?P<id>[^/]+)/versions/?$",
        EmailTemplateVersionViewSet.as_view({"get": "list"}),
        name="template-versions",
    ),
    path("", include(router.urls)),
]

API = {"v1": "api:api-root", "docs": "docs", "redoc": "redoc", "schema": "schema"}

handler400 = "crm_project.limits.bad_request"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front, name="front"),
    path("admin/", admin.site.urls),
    path("account/", include(door_urls)),
    path("account/", include(account_page_urls)),
    path("", include(relation_page_urls)),
    path("", include(mailing_page_urls)),
    path("health/", health.alive),
    path("health/ready/", health.ready),
    re_path("^metrics/?$", metrics, name="metrics"),
    re_path("^api/?$", IndexView.as_view(routes=API), name="api-index"),
    re_path("^api/v1$", RedirectView.as_view(pattern_name="api:api-root")),
    path("api/v1/", include((api_v1, "api"))),
    path("api/schema/", DescriptionView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("api/session/", include("rest_framework.urls")),
    re_path("^api/", NotFoundView.as_view()),
]
