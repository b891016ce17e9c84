"""From which address a request comes, as far as it can be believed."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client_address(request: HttpRequest | Request) -> str:
    """Return the caller's address: the peer's, unless that is a proxy named by ``TRUSTED_PROXIES``.

    A trusted proxy's ``X-Forwarded-For`` is read from its right end, where our own proxies wrote, up to the first hop
    that is none of them: whatever a caller wrote further left is not believed. An unreadable hop gives the peer. An
    IPv4 address in the form of IPv6 comes back as IPv4, and one with a zone (``fe80::1%eth0``) without it: what counts
    callers and keeps addresses knows no zones. A peer without an address, as on a Unix socket, is "".
    """
    peer = peer_address(request)
    if peer is None:
        return ""
    if not is_within(peer, settings.TRUSTED_PROXIES):
        return str(peer)
    last = peer
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    for hop in reversed([text for text in map(str.strip, hops) if text]):
        address = _read(hop)
        if address is None:
            return str(peer)
        if not is_within(address, settings.TRUSTED_PROXIES):
            return str(address)
        last = address
    return str(last)


def peer_address(request: HttpRequest | Request) -> Address | None:
    """Return the address of whoever holds the other end of the connection; None where it has none."""
    return _read(request.META.get("REMOTE_ADDR", ""))


def is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Tell whether ``address`` lies in one of ``networks``."""
    return address is not None and any(address in network for network in networks)


def _read(text: str) -> Address | None:
    """Return the address that ``text`` spells, with or without a port, or None."""
    try:
        address = ip_address(_without_port(text))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
