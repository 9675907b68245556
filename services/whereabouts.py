"""Under which names and addresses this machine is known: to itself, and in its house. Knows no certificate, no socket.

Of its addresses the private ones alone count (RFC 1918): what Lantern serves is for the house, not for the internet.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Final

import psutil  # type: ignore[import-untyped]

HOUSES: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
ITSELF: Final = IPv4Address("127.0.0.1")
OWN_NAMES: Final = frozenset({"localhost", str(ITSELF), "[::1]"})
BRIDGES: Final = re.compile(r"^(docker|br-|veth|virbr|lxc|cni|podman)")  # of containers on this machine
ANYWHERE: Final = ("192.0.2.1", 9)  # an address of documentation: nothing is sent to it
LABEL: Final = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True)
class Whereabouts:
    """`host` is this machine's name; `addresses` the one first by which others reach it most likely."""

    host: str
    addresses: tuple[IPv4Address, ...]

    @classmethod
    def look(cls) -> Whereabouts:
        """As it is just now."""
        host = LABEL.sub("-", socket.gethostname().split(".")[0].lower()).strip("-") or "lantern"
        return cls(host, _addresses())

    @cached_property
    def local_name(self) -> str:
        """By which others find it where the machine tells its name around (Bonjour, Avahi)."""
        return f"{self.host}.local"

    @cached_property
    def names(self) -> frozenset[str]:
        """All by which a browser may ask for it."""
        return OWN_NAMES | {self.host, self.local_name} | {str(each) for each in self.addresses}


def _addresses() -> tuple[IPv4Address, ...]:
    standing = psutil.net_if_stats()
    found = [
        IPv4Address(each.address)
        for name, addresses in psutil.net_if_addrs().items()
        if name in standing and standing[name].isup and not BRIDGES.match(name)
        for each in addresses
        if each.family == socket.AF_INET
    ]
    first = _outward()
    mine = sorted({each for each in found if any(each in house for house in HOUSES)})
    return tuple(sorted(mine, key=lambda each: each != first))


def _outward() -> IPv4Address | None:
    """The address from which this machine would speak to the world."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(ANYWHERE)
        return IPv4Address(probe.getsockname()[0])
    return None
