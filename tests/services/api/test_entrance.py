"""What a browser and a program prove, and what another page cannot make a browser do."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from services.api.entrance import COOKIE, CSRF_HEADER
from tests.services.api.conftest import NAMES, ORIGIN, PASSWORD, Served

RIGHT = {"name": NAMES["visitor"], "password": PASSWORD}
SESSION = "/api/v1/session"
ELSEWHERE = "http://elsewhere.example"


def cookie_of(client: TestClient) -> tuple[str, dict[str, str]]:
    answered = client.post(SESSION, json=RIGHT)
    assert answered.status_code == 201
    [(name, morsel)] = SimpleCookie(answered.headers["Set-Cookie"]).items()
    return name, {key: str(value) for key, value in morsel.items() if value}


def socket(served: Served) -> str:
    return served.url(f"/conversations/{'0' * 32}/live")


def refused(client: TestClient, url: str, headers: dict[str, str]) -> int:
    """The status with which a socket is refused."""
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(url, headers=headers):
        pass
    return denied.value.status_code


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    name, flags = cookie_of(served.client())
    assert name == COOKIE
    assert flags.pop("max-age") == str(180 * 24 * 3600)
    assert flags == {"path": "/", "httponly": "True", "samesite": "lax"}


def test_over_tls_the_cookie_is_bound_to_tls_and_to_this_host(served: Served) -> None:
    client = TestClient(served.app, base_url="https://lantern.home:8451")
    name, flags = cookie_of(client)
    assert name == f"__Host-{COOKIE}"
    assert flags["secure"] == "True"
    assert "domain" not in flags
    assert client.get(SESSION).json()["account"]["name"] == NAMES["visitor"]


def test_a_cookie_from_before_tls_proves_nothing_over_tls(served: Served) -> None:
    client = TestClient(served.app, base_url="https://localhost")
    client.cookies.set(COOKIE, served.accounts.begin_session(served.ids["visitor"], None))
    assert client.get(SESSION).json()["account"] is None


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
def test_a_change_with_a_cookie_needs_the_token_of_its_session(served: Served, csrf: str | None) -> None:
    client = served.client("visitor")
    del client.headers[CSRF_HEADER]
    headers = {} if csrf is None else {CSRF_HEADER.encode(): csrf.encode()}
    answered = client.patch("/api/v1/account", json={"name": "Eve"}, headers=headers)
    assert (answered.status_code, answered.json()["type"]) == (403, "/problems/old-page")
    assert client.get("/api/v1/account").json()["name"] == NAMES["visitor"]
    assert client.patch("/api/v1/account", json={"name": "Eve"}, headers=fresh(client)).status_code == 200


def fresh(client: TestClient) -> dict[str, str]:
    return {CSRF_HEADER: client.get(SESSION).json()["csrf"]}


def test_one_sessions_token_is_not_anothers(served: Served) -> None:
    one, other = served.client("visitor"), served.client("visitor")
    answered = one.patch("/api/v1/account", json={"name": "Eve"}, headers=fresh(other))
    assert answered.status_code == 403


def test_another_page_changes_nothing_even_with_the_token(served: Served) -> None:
    client = served.client("visitor")
    answered = client.patch("/api/v1/account", json={"name": "Eve"}, headers={"Origin": ELSEWHERE})
    assert (answered.status_code, answered.json()["type"]) == (403, "/problems/other-page")


def test_another_page_signs_nobody_in(served: Served) -> None:
    client = served.client()
    assert client.post(SESSION, json=RIGHT, headers={"Origin": ELSEWHERE}).status_code == 403
    assert client.post(SESSION, json=RIGHT, headers={"Origin": "null"}).status_code == 403
    assert client.get(SESSION).json()["account"] is None


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", f"{ORIGIN}:8451", f"{ORIGIN}.example", "https://[broken"])
def test_a_socket_from_another_page_is_refused(served: Served, origin: str) -> None:
    assert refused(served.client("visitor"), socket(served), {"Origin": origin}) == 403


def test_a_socket_with_a_cookie_and_no_page_is_refused(served: Served) -> None:
    client = served.client("visitor")
    del client.headers["Origin"]
    assert refused(client, socket(served), {}) == 403


def test_a_socket_of_our_page_or_of_a_program_is_heard(served: Served) -> None:
    assert refused(served.client("visitor"), socket(served), {}) == 404  # there is no such conversation
    assert refused(served.program("visitor", "visitor"), socket(served), {}) == 404


def test_a_program_needs_no_other_proof_than_its_token(served: Served) -> None:
    program = served.program("visitor", "visitor")
    assert program.get("/api/v1/memorials").json()["items"][0]["id"] == served.memorial.id


@pytest.mark.parametrize("header", ["Bearer lantern_nothing", "Bearer", "Basic dmVyYTp4", "bearer \x00", "Bearer é"])
def test_a_token_that_is_none_proves_nothing(served: Served, header: str) -> None:
    client = served.client()
    answered = client.get("/api/v1/memorials", headers={b"Authorization": header.encode()})
    assert answered.status_code == 401
    assert answered.headers["Content-Type"] == "application/problem+json"


def test_a_bad_token_is_not_made_good_by_a_cookie(served: Served) -> None:
    answered = served.client("steward").get("/api/v1/memorials", headers={"Authorization": "Bearer lantern_nothing"})
    assert answered.status_code == 401


def test_a_program_tells_where_it_may_not_go(served: Served) -> None:
    for method, path in (("GET", "/api/v1/account"), ("GET", "/api/v1/account/tokens"), ("DELETE", "/api/v1/session")):
        assert served.program("steward", "steward").request(method, path).status_code == 403
