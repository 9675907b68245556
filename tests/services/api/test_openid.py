"""Signing in by another provider: a small one of our own, which answers as a real one does, or as a forger would."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from starlette.testclient import TestClient

from data.errors import Refused
from data.settings import Provider, Settings
from services.api.app import create_app
from services.openid import BEGUN_S, OpenId
from tests.services.api.conftest import NAMES, Served

ISSUER = "https://id.example/home"
PROVIDER = Provider(ISSUER, "lantern", "a secret of two services")
OPENID, CALLBACK = "/api/v1/openid", "/api/v1/openid/callback"


@dataclass
class Elsewhere:
    """The provider. `claims`, `key` and `header` are what its next ID token is made of."""

    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    forged: Any = None
    algorithm: str = "ES256"
    claims: dict[str, Any] = field(default_factory=dict)
    discovered: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    down: bool = False

    def page(self, url: str) -> str:
        """Somebody signs in there: the URL to which the browser is sent back."""
        self.asked = dict(parse_qsl(urlsplit(url).query))
        return f"{self.asked['redirect_uri']}?code=4711&state={self.asked['state']}"

    def client(self) -> httpx2.Client:
        if self.down:
            return httpx2.Client(transport=httpx2.MockTransport(_unreachable))
        return TestClient(self._app(), base_url="https://id.example")

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/home/.well-known/openid-configuration")
        def discovery() -> dict[str, Any]:
            found = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return {"issuer": ISSUER, **found, **self.discovered}

        @app.get("/home/jwks_uri")
        def keys() -> Any:
            return KeySet([self.key]).as_dict(private=False)

        @app.post("/home/token_endpoint")
        async def token(request: Request) -> JSONResponse:
            given = dict(parse_qsl((await request.body()).decode()))
            basic = base64.b64encode(f"{PROVIDER.client}:{PROVIDER.secret}".encode()).decode()
            hashed = (
                base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
            )
            is_right = (
                request.headers["Authorization"] == f"Basic {basic}"
                and given["code"] == "4711"
                and given["redirect_uri"] == self.asked["redirect_uri"]
                and hashed == self.asked["code_challenge"]
            )
            if not is_right:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"id_token": self._token(), "token_type": "Bearer", "access_token": "unused"})

        return app

    def _token(self) -> str:
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": PROVIDER.client, "sub": "7", "iat": now, "exp": now + 300, "name": "Mary Hale"}
        told = {**usual, "nonce": self.asked["nonce"], **self.claims}
        told = {name: value for name, value in told.items() if value is not None}
        return jwt.encode({"alg": self.algorithm, "kid": "1"}, told, self.forged or self.key, [self.algorithm])


def _unreachable(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route", request=request)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def linked(served: Served, elsewhere: Elsewhere) -> Served:
    """The small home where the provider signs people in, the visitor among them."""
    settings = replace(served.lantern.settings, openid=PROVIDER)
    lantern = replace(served.lantern, settings=settings, openid=OpenId(elsewhere.client))
    served.accounts.link(served.ids["visitor"], ISSUER, "7")
    return replace(served, lantern=lantern, app=create_app(lantern))


def sign_in(client: TestClient, elsewhere: Elsewhere, **given: Any) -> httpx2.Response:
    """Go there, sign in, and come back."""
    there = client.get(OPENID, params=given, follow_redirects=False)
    assert there.status_code == 303
    return client.get(elsewhere.page(there.headers["Location"]), follow_redirects=False)


def who(client: TestClient) -> str | None:
    account = client.get("/api/v1/session").json()["account"]
    return None if account is None else str(account["name"])


def test_an_account_that_is_linked_is_signed_in(linked: Served, elsewhere: Elsewhere) -> None:
    client = linked.client()
    back = sign_in(client, elsewhere)
    assert (back.status_code, back.headers["Location"]) == (303, "/")
    assert who(client) == NAMES["visitor"]
    assert elsewhere.asked["response_type"] == "code"
    assert elsewhere.asked["code_challenge_method"] == "S256"
    assert PROVIDER.secret not in str(elsewhere.asked)
    assert [cookie.name for cookie in client.cookies.jar] == ["lantern"]


def test_who_is_not_invited_gets_no_account(linked: Served, elsewhere: Elsewhere) -> None:
    elsewhere.claims = {"sub": "somebody else"}
    client = linked.client()
    assert sign_in(client, elsewhere).headers["Location"].startswith("/#openid-problem=unknown-sign-in")
    assert who(client) is None
    assert len(linked.accounts.all()) == len(NAMES)


def test_who_is_invited_gets_an_account_and_has_it_the_next_time(linked: Served, elsewhere: Elsewhere) -> None:
    secret, _ = linked.lantern.archive.members(linked.memorial.id).invite("contributor", "Mary")
    elsewhere.claims = {"sub": "mary"}
    client = linked.client()
    assert sign_in(client, elsewhere, invitation=secret).headers["Location"] == "/"
    assert who(client) == "Mary Hale"
    assert client.get(linked.url()).json()["role"] == "contributor"
    again = linked.client()
    sign_in(again, elsewhere)
    assert who(again) == "Mary Hale"
    late = linked.client()
    elsewhere.claims = {"sub": "eve"}
    assert "openid-problem" in sign_in(late, elsewhere, invitation=secret).headers["Location"]
    assert who(late) is None


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "", "preferred_username": "mary"}, "mary"),
        ({"name": None}, "Guest"),
        ({"name": ["Mary"], "nickname": "\u202e\n"}, "Guest"),
        ({"name": "M" * 500}, "M" * 80),
        ({"name": NAMES["keeper"]}, f"{NAMES['keeper']} 2"),
    ],
)
def test_whatever_the_provider_calls_somebody_they_get_a_name(
    linked: Served, elsewhere: Elsewhere, claims: dict[str, Any], name: str
) -> None:
    secret, _ = linked.lantern.archive.members(linked.memorial.id).invite("visitor", "Mary")
    elsewhere.claims = {"sub": "mary", **claims}
    sign_in(client := linked.client(), elsewhere, invitation=secret)
    assert who(client) == name


def test_who_has_an_account_already_accepts_an_invitation_with_it(linked: Served, elsewhere: Elsewhere) -> None:
    secret, _ = linked.lantern.archive.members(linked.other.id).invite("visitor", "Vera")
    client = linked.client()
    assert sign_in(client, elsewhere, invitation=secret).headers["Location"] == "/"
    assert client.get(linked.url(memorial=linked.other)).status_code == 200


def test_an_account_links_itself_and_unlinks_itself(linked: Served, elsewhere: Elsewhere) -> None:
    elsewhere.claims = {"sub": "sten"}
    steward = linked.client("steward")
    assert sign_in(steward, elsewhere, link=True).headers["Location"] == "/"
    assert steward.get("/api/v1/account").json()["has_openid"]
    client = linked.client()
    sign_in(client, elsewhere)
    assert who(client) == NAMES["steward"]
    assert steward.delete("/api/v1/account/openid").status_code == 204
    sign_in(other := linked.client(), elsewhere)
    assert who(other) is None


def test_only_who_is_signed_in_links_an_account(linked: Served, elsewhere: Elsewhere) -> None:
    assert linked.client().get(OPENID, params={"link": True}, follow_redirects=False).status_code == 401
    begun = linked.client("steward")
    there = begun.get(OPENID, params={"link": True}, follow_redirects=False)
    linked.sign_in(begun, linked.ids["contributor"])
    elsewhere.claims = {"sub": "sten"}
    back = begun.get(elsewhere.page(there.headers["Location"]), follow_redirects=False)
    assert "openid-problem" in back.headers["Location"]
    assert linked.accounts.of_openid(ISSUER, "sten") is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another service"},
        {"aud": ["another service"]},
        {"aud": ["lantern", "another service"], "azp": "another service"},
        {"nonce": "of another flow"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 9_999_999_999},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_answer_that_is_not_for_us_now_signs_nobody_in(
    linked: Served, elsewhere: Elsewhere, claims: dict[str, Any]
) -> None:
    elsewhere.claims = claims
    client = linked.client()
    assert "openid-problem" in sign_in(client, elsewhere).headers["Location"]
    assert who(client) is None


def test_an_answer_with_anothers_signature_signs_nobody_in(linked: Served, elsewhere: Elsewhere) -> None:
    elsewhere.forged = ECKey.generate_key("P-256", {"kid": "1"})
    sign_in(client := linked.client(), elsewhere)
    assert who(client) is None


def test_an_answer_signed_with_what_both_know_signs_nobody_in(linked: Served, elsewhere: Elsewhere) -> None:
    elsewhere.forged, elsewhere.algorithm = OctKey.import_key(PROVIDER.secret.encode() * 2), "HS256"
    sign_in(client := linked.client(), elsewhere)
    assert who(client) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("state=", "state=x"),
        lambda url: url.partition("&state")[0],
        lambda url: url.replace("code=4711", "code=4712"),
        lambda url: url.replace("code=4711", "error=access_denied"),
        lambda url: f"{url}&iss=https://elsewhere.example",
    ],
)
def test_an_answer_that_was_tampered_with_signs_nobody_in(
    linked: Served, elsewhere: Elsewhere, spoil: Callable[[str], str]
) -> None:
    client = linked.client()
    there = client.get(OPENID, follow_redirects=False)
    back = client.get(spoil(elsewhere.page(there.headers["Location"])), follow_redirects=False)
    assert "openid-problem" in back.headers["Location"]
    assert who(client) is None


def test_what_one_browser_began_another_cannot_end(linked: Served, elsewhere: Elsewhere) -> None:
    there = linked.client().get(OPENID, follow_redirects=False)
    victim = linked.client()
    victim.get(elsewhere.page(there.headers["Location"]), follow_redirects=False)
    assert who(victim) is None


def test_a_flow_that_took_too_long_is_begun_again(linked: Served, elsewhere: Elsewhere) -> None:
    late = [0.0]
    lantern = replace(linked.lantern, openid=OpenId(elsewhere.client, lambda: time.time() + late[0]))
    client = replace(linked, lantern=lantern, app=create_app(lantern)).client()
    there = client.get(OPENID, follow_redirects=False)
    late[0] = BEGUN_S + 1
    back = client.get(elsewhere.page(there.headers["Location"]), follow_redirects=False)
    assert back.headers["Location"] == "/#openid-problem=sign-in-failed"


def test_a_provider_that_is_down_or_another_one_is_told_in_one_line(linked: Served, elsewhere: Elsewhere) -> None:
    elsewhere.discovered = {"issuer": "https://elsewhere.example"}
    told = linked.client().get(OPENID, follow_redirects=False)
    assert (told.status_code, told.json()["detail"].count("\n")) == (503, 0)
    elsewhere.down = True
    told = linked.client().get(OPENID, follow_redirects=False)
    assert told.status_code == 503
    assert "does not answer" in told.json()["detail"]


def test_without_a_provider_there_is_no_such_sign_in(served: Served) -> None:
    assert served.client().get(OPENID, follow_redirects=False).status_code == 404
    assert served.client().get(CALLBACK, follow_redirects=False).status_code == 404


def test_the_settings_name_a_provider_wholly_or_not_at_all() -> None:
    env = {"LANTERN_HOME": "/tmp/home", "LANTERN_OPENID_ISSUER": ISSUER, "LANTERN_OPENID_CLIENT": "lantern"}
    with pytest.raises(Refused, match="set all of"):
        Settings.from_environment(env)
    assert Settings.from_environment({**env, "LANTERN_OPENID_SECRET": "s"}).openid == Provider(ISSUER, "lantern", "s")
    with pytest.raises(Refused, match="https"):
        Settings.from_environment({**env, "LANTERN_OPENID_SECRET": "s", "LANTERN_OPENID_ISSUER": "http://id.example"})
    assert "two services" not in repr(PROVIDER)
