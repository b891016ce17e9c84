from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from api.addresses import client_address

PROXIES = ["10.0.0.0/8", "fd00::/8"]


def address(settings: Any, peer: str, forwarded: str | None = None, trusted: list[str] = PROXIES) -> str:
    settings.TRUSTED_PROXIES = [ip_network(name) for name in trusted]
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("fd00::1", "2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", None, "fe80::1"),
        ("10.0.0.1", "[fe80::1%eth0]:443", "fe80::1"),
        ("10.0.0.1", "198.51.100.1%eth0", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(
    settings: Any, peer: str, forwarded: str | None, expected: str
) -> None:
    assert address(settings, peer, forwarded) == expected


def test_nobody_is_trusted_unless_named(settings: Any) -> None:
    assert address(settings, "10.0.0.1", "198.51.100.1", trusted=[]) == "10.0.0.1"
