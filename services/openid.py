"""Signing in by another provider: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636). Knows no
account: it tells who somebody is there, and no more.

What must be the same at the end as at the beginning (state, nonce, verifier) lies in the browser, signed by a key that
this process made: an answer that another browser began, or one from before a restart, is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from data.errors import Missing, SignInFailed, Unreachable
from data.settings import Provider

BEGUN_S = 600  # how long somebody may take at the provider's page
TIMEOUT_S = 10.0
LEEWAY_S = 60  # between the provider's clock and ours
SCOPE = "openid profile"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")  # none with a shared secret, and none without a key
OURS = "HS256"
NAMES = ("name", "preferred_username", "nickname")
NAME_CHARS = 80
UNNAMED = "Guest"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it keeps until it is back."""

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at the provider. `given` is what the flow was begun with."""

    issuer: str
    subject: str
    name: str
    given: dict[str, str]


class OpenId:
    """Every flow of one process. `client` talks to the provider."""

    def __init__(self, client: Callable[[], httpx2.Client] | None = None, now: Callable[[], float] = time.time) -> None:
        self._client = client or (lambda: httpx2.Client(timeout=TIMEOUT_S))
        self._now = now
        self._key = OctKey.import_key(secrets.token_bytes(32))

    def begin(self, provider: Provider, back: str, given: dict[str, str]) -> Begun:
        """A flow whose answer comes `back`. Raises `Missing` where the provider does not answer."""
        with self._client() as client:
            at = _discovered(client, provider)
        state, nonce, verifier = (secrets.token_urlsafe() for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": provider.client,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "given": given, "exp": int(self._now()) + BEGUN_S}
        joint = "&" if "?" in at["authorization_endpoint"] else "?"
        url = f"{at['authorization_endpoint']}{joint}{urlencode(asked)}"
        return Begun(url, jwt.encode({"alg": OURS}, kept, self._key))

    def end(self, provider: Provider, back: str, kept: str, answer: dict[str, str]) -> Person:
        """Who came back with this answer. Raises `Refused` where it does not prove that, `Missing` as above."""
        flow = self._flow(kept)
        if not hmac.compare_digest(answer.get("state", "").encode(), flow["state"].encode()):
            raise SignInFailed("this answer belongs to another browser: begin again")
        if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
            raise SignInFailed("this answer comes from another provider: begin again")
        if "code" not in answer:
            raise SignInFailed("the other service did not sign you in: begin again")
        with self._client() as client:
            at = _discovered(client, provider)
            token = _exchanged(client, provider, at["token_endpoint"], back, answer["code"], flow["verifier"])
            keys = _fetched(client, at["jwks_uri"])
        claims = self._claims(provider, token, keys, flow["nonce"])
        return Person(provider.issuer, claims["sub"], _name(claims), flow["given"])

    def _flow(self, kept: str) -> dict[str, Any]:
        try:
            flow = jwt.decode(kept, self._key, [OURS]).claims
            jwt.JWTClaimsRegistry(int(self._now()), exp={"essential": True}).validate(flow)
        except (JoseError, ValueError) as err:
            raise SignInFailed("this took too long, or was begun in another browser: begin again") from err
        return flow

    def _claims(self, provider: Provider, token: str, keys: Any, nonce: str) -> dict[str, Any]:
        """Of an ID token that is the provider's, for us, of now, and of this flow (OpenID Connect Core, 3.1.3.7)."""
        expected = jwt.JWTClaimsRegistry(
            int(self._now()),
            LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
            azp={"value": provider.client},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), list(ALGORITHMS)).claims
            expected.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as err:
            raise SignInFailed("the other service's answer is not one that can be trusted: begin again") from err
        return claims


def _discovered(client: httpx2.Client, provider: Provider) -> dict[str, Any]:
    """Where the provider does what (OpenID Connect Discovery 1.0)."""
    found = _fetched(client, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != provider.issuer or not all(isinstance(found.get(name), str) for name in needed):
        raise Missing("the other service is not the one that was set up here: check LANTERN_OPENID_ISSUER")
    return found


def _exchanged(client: httpx2.Client, provider: Provider, at: str, back: str, code: str, verifier: str) -> str:
    """The ID token for the code."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    try:
        answered = client.post(at, data=given, auth=(provider.client, provider.secret))
    except httpx2.HTTPError as err:
        raise _silent() from err
    token = _json(answered).get("id_token") if answered.status_code == httpx2.codes.OK else None
    if not isinstance(token, str):
        raise SignInFailed("the other service did not say who you are: begin again")
    return token


def _fetched(client: httpx2.Client, url: str) -> dict[str, Any]:
    try:
        return _json(client.get(url))
    except httpx2.HTTPError as err:
        raise _silent() from err


def _json(answered: httpx2.Response) -> dict[str, Any]:
    try:
        answered.raise_for_status()
        found: Any = answered.json()
    except (httpx2.HTTPError, ValueError) as err:
        raise _silent() from err
    if not isinstance(found, dict):
        raise _silent()
    return found


def _name(claims: dict[str, Any]) -> str:
    """What somebody is called there, as far as it can be read."""
    told = (claims[each] for each in NAMES if isinstance(claims.get(each), str))
    readable = ("".join(filter(str.isprintable, each))[:NAME_CHARS].strip() for each in told)
    return next(filter(None, readable), UNNAMED)


def _silent() -> Unreachable:
    return Unreachable("the other service does not answer: sign in with your password, or try again later")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
