"""How often one caller may call: counted in the cache, per window of time. Without a cache everybody is let in.

The rates stand in ``settings.THROTTLE_RATES`` as ``600/min`` (also ``s``, ``hour``, ``day``); an empty one is no limit.
"""

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache as remember
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.addresses import client_address

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# For how long a cache that did not answer is left alone, in seconds: else each request would wait for it.
REST = 10
logger = logging.getLogger(__name__)

Limit = tuple[str, str]


class HouseThrottle(BaseThrottle):
    """Counts a call against the limits that apply to it, and refuses it at the first that is exceeded.

    Signed-in callers count by their id, others by address (an IPv6 network of 64 bits is one caller).
    """

    resting_until = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call."""
        now = time.time()
        for scope, subject in self.limits(request, view):
            number, seconds = rate_of(settings.THROTTLE_RATES.get(scope, ""))
            window = int(now // seconds)
            if number and self._calls(f"throttle:{scope}:{subject}:{window}", number, seconds) > number:
                self.until = (window + 1) * seconds
                return False
        return True

    def limits(self, request: Request, view: Any) -> Iterator[Limit]:
        """Return the limits that apply, the narrowest first."""
        return limits_of(request, getattr(view, "throttle_scope", None))

    def wait(self) -> float:
        """Return after how many seconds the call will be answered."""
        return max(1, math.ceil(self.until - time.time()))

    @classmethod
    def _calls(cls, key: str, number: int, seconds: int) -> int:
        """Count the call and return how many there were in this window; 0 where the cache does not answer."""
        if time.monotonic() < HouseThrottle.resting_until:
            return 0
        try:
            return LEASES.calls(key, number, seconds)
        except (redis.RedisError, OSError) as error:
            HouseThrottle.resting_until = time.monotonic() + REST
            logger.warning("The cache does not answer, so nobody is throttled for %s s: %s", REST, type(error).__name__)
            return 0


class RefusalThrottle(HouseThrottle):
    """Counts a call that is refused for want of sign-in or rights: as one of that person, else against the address.

    Apart from the calls that an address makes without sign-in, so that who guesses tokens there keeps nobody from
    signing in.
    """

    def limits(self, request: Request, view: Any) -> Iterator[Limit]:
        signed_in = bool(request.user and request.user.is_authenticated)
        yield ("user", str(request.user.pk)) if signed_in else ("refused", network_of(client_address(request)))


class Leases:
    """Calls that this process has counted in the cache before they were made: one in a hundred of the limit at a time.

    So most calls cost no round trip, and a caller is refused at most one in a hundred too early for each process.
    """

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.lock = threading.Lock()

    def calls(self, key: str, number: int, seconds: int) -> int:
        """Count one call under ``key`` and return how many were counted: more than ``number`` are too many."""
        if self._takes(key):
            return 0
        lease = max(1, number // 100)
        counted = count(key, lease, seconds)
        if lease > 1 and counted <= number:
            with self.lock:
                if len(self.left) >= LEASES_KEPT:
                    self.left.clear()
                self.left[key] = lease - 1
        return counted

    def _takes(self, key: str) -> bool:
        with self.lock:
            left = self.left.get(key, 0)
            if left:
                self.left[key] = left - 1
        return left > 0


LEASES_KEPT = 10_000
LEASES = Leases()


def count(key: str, number: int, seconds: int) -> int:
    """Count ``number`` more under ``key``, which is forgotten some time after the window of so many seconds."""
    try:
        return int(cache.incr(key, number))
    except ValueError:
        # Kept longer than counted: `incr` of a key that expires meanwhile would make one without an end.
        return number if cache.add(key, number, timeout=2 * seconds) else int(cache.incr(key, number))


@remember
def rate_of(text: str) -> tuple[int, int]:
    """Return how many calls per how many seconds ``600/min`` allows; 0 for no limit."""
    number, _slash, period = text.partition("/")
    return (int(number), SECONDS[period.strip()[:1]]) if number.strip() else (0, 1)


def limits_of(request: Request, scope: str | None) -> Iterator[Limit]:
    """Return the limits that a call counts against, the narrowest first, as scope and subject."""
    address = network_of(client_address(request))
    signed_in = bool(request.user and request.user.is_authenticated)
    caller = ("user", str(request.user.pk)) if signed_in else ("anonymous", address)
    if scope is not None:
        yield from SCOPES.get(scope, _by_caller)(request, scope, caller[1])
    if scope is None or signed_in:
        yield caller


def _by_caller(_request: Request, scope: str, caller: str) -> Iterator[Limit]:
    yield scope, caller


def _sign_in(request: Request, scope: str, caller: str) -> Iterator[Limit]:
    """Limit an address for one e-mail, and generously for all: who guesses shall not shut out their neighbours.

    A call that names a token in place of an e-mail counts for that. An IPv6 site, which has many networks of 64 bits to
    guess from, has a limit for them all.
    """
    address = network_of(client_address(request))
    site = site_of(client_address(request))
    wide = [(f"{scope}_address", address), *([(f"{scope}_site", site)] if site else [])]
    try:
        given = request.data if isinstance(request.data, dict) else {}
    except APIException:  # what cannot be read is a call as well
        yield from wide
        raise
    named = next((given[name] for name in ("email", "token") if isinstance(given.get(name), str)), None)
    yield scope, f"{address}:{caller if named is None else _digest(named.strip().lower())}"
    yield from wide


SCOPES: Mapping[str, Callable[[Request, str, str], Iterator[Limit]]] = {"sign_in": _sign_in}


def _digest(text: str) -> str:
    return hashlib.blake2b(
        text.encode(errors="replace"), key=settings.SECRET_KEY.encode()[:64], digest_size=16
    ).hexdigest()


def network_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the network of 64 bits that one IPv6 customer has."""
    return _network(address, 64) or address


def site_of(address: str) -> str:
    """Return the network of 48 bits that an IPv6 customer has at most, and "" for any other address."""
    return _network(address, 48)


def _network(address: str, bits: int) -> str:
    """Return the network of an IPv6 address, and "" for any other."""
    if address and isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address}/{bits}", strict=False).network_address)
    return ""
