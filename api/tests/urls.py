from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from api.routers import Router
from api.tests.library import BookViewSet, CopyViewSet
from api.views import NotFoundView

router = Router()
router.register("books", BookViewSet, "book")
router.register("copies", CopyViewSet, "copy")

urlpatterns = [
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/session/", include("rest_framework.urls")),
    re_path("^api/", NotFoundView.as_view()),
]
