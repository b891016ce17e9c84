import pytest
from django.test import RequestFactory

from crm_project.telemetry.routes import readable, route_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/health/ready/", "/health/ready/"),
        ("/metrics", "/metrics/"),
        ("/api/v1/users/ada@example.com", "/api/v1/users/{id}/"),
        ("/api/v1/users/17/events/", "/api/v1/users/{id}/events/"),
        ("/admin/users/user/17/change/", "/admin/users/user/{object_id}/change/"),
        ("/static/event_crm/admin.css", "static"),
        ("/nobody/is/here", "unmatched"),
    ],
)
def test_route_names_what_varies(path: str, route: str) -> None:
    assert route_of(RequestFactory().get(path)) == route


def test_readable_takes_nested_groups_for_one_name() -> None:
    assert readable(r"^a/(?P<id>(x|y)+)/(?P<n>[0-9]+)\.csv$") == "/a/{id}/{n}.csv"
