"""Networks as variables of the environment name them."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def networks(variable: str, text: str) -> list[IPv4Network | IPv6Network]:
    """Read ``10.0.0.0/8, 2001:db8::1``. Raises ImproperlyConfigured, naming ``variable``, for what is none."""
    try:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable}: {error}. Write networks as 10.0.0.0/8, 2001:db8::1.") from None
