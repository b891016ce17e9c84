"""HTTPS behind a proxy: believed of those that TRUSTED_PROXIES names, of nobody else."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from crm_project.networks import networks

PROXY = "10.1.2.3"
SECURE = {"X-Forwarded-Proto": "https"}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_REDIRECT_EXEMPT = ["^health/"]


def test_https_of_a_trusted_proxy_is_believed(client: Client) -> None:
    response = client.get("/api/docs/", headers=SECURE, REMOTE_ADDR=PROXY)

    assert response.status_code == 200
    assert response["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.parametrize(("peer", "headers"), [("192.0.2.7", SECURE), (PROXY, {}), ("", SECURE)])
def test_http_is_sent_to_https_whatever_strangers_say(client: Client, peer: str, headers: dict[str, str]) -> None:
    response = client.get("/api/docs/", headers=headers, REMOTE_ADDR=peer)

    assert (response.status_code, response["Location"]) == (301, "https://testserver/api/docs/")


def test_health_by_http_is_answered(client: Client) -> None:
    assert client.get("/health/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_networks_are_read_with_and_without_a_prefix() -> None:
    read = networks("TRUSTED_PROXIES", " 10.0.0.0/8,2001:db8::1 ,")

    assert read == [ip_network("10.0.0.0/8"), ip_network("2001:db8::1/128")]


@pytest.mark.parametrize("text", ["nginx", "10.0.0.1/8", "*"])
def test_networks_that_are_none_are_refused_by_name(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES: "):
        networks("TRUSTED_PROXIES", text)
