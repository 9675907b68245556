"""The one-time link with which the first account is made. Knows no account: its secret lives as long as the process."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable


class FirstStart:
    """Shown on the console of the machine: who can read that may keep the home."""

    def __init__(self, secret: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._secret = secret()

    def link(self, address: str) -> str:
        """The link below the address of the service. The secret stands behind `#`, which no browser sends or logs."""
        return f"{address.rstrip('/')}/#start={self._secret}"

    def fits(self, secret: str) -> bool:
        """Whether it is the secret of the link."""
        return hmac.compare_digest(secret.encode(), self._secret.encode())
