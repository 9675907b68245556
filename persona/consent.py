"""Where the words of a memorial may be sent: this machine, and hosts that the family named. Sends nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import httpx2

from data.errors import NoConsent, Refused

LAST_PORT: Final = 65_535
_HERE: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Consent:
    """Hosts to which the family agreed that letters may go, each by its name or address, without a port."""

    hosts: frozenset[str] = frozenset()

    def require(self, url: str) -> None:
        """Raises Refused where letters may not go to that place, or would go there in the clear."""
        parts = _parsed(url)
        host = parts.host
        if is_this_machine(host):
            return
        if host not in {each.lower() for each in self.hosts}:
            raise NoConsent(
                f"their words would leave this machine for {host}: the family must agree to that host by name"
            )
        if parts.scheme != "https" and not _is_private(host):
            raise NoConsent(f"{host} would get their words in the clear: use its https address")


THIS_MACHINE: Final = Consent()  # and nowhere else


def is_this_machine(host: str) -> bool:
    """Whether a host is certainly this machine. A name other than localhost never is, whatever it may lead to."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == _HERE


def _is_private(host: str) -> bool:
    """An address in a network of one's own, where servers seldom have a certificate."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def _parsed(url: str) -> httpx2.URL:
    """Raises Refused for what is no plain address: a password or a key in one would be written down somewhere."""
    try:
        parts = httpx2.URL(url)  # read by what will connect: two readers of one address may differ
    except httpx2.InvalidURL:
        parts = httpx2.URL()
    more = parts.userinfo or parts.query or parts.fragment or (parts.port or 0) > LAST_PORT
    if parts.scheme not in ("http", "https") or not parts.host or more:
        raise Refused("a server's address looks like http://localhost:8000/v1, with no name, password or ? in it")
    return parts
