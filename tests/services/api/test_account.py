"""One's own account, and what the keeper may do with others'."""

from __future__ import annotations

import pytest

from data.members import Membership
from tests.services.api.conftest import NAMES, PASSWORD, Served

ACCOUNT, SESSION = "/api/v1/account", "/api/v1/session"
NEW = "four apples and a pear"


def signs_in(served: Served, name: str, password: str = PASSWORD) -> bool:
    return served.client().post(SESSION, json={"name": name, "password": password}).status_code == 201


def test_an_account_takes_another_name(served: Served) -> None:
    client = served.client("visitor")
    before = client.get(ACCOUNT)
    told = client.patch(ACCOUNT, json={"name": " Vera  Hale "}, headers={"If-Match": before.headers["ETag"]})
    assert (told.status_code, told.json()["name"]) == (200, "Vera Hale")
    assert client.get(ACCOUNT).json() == told.json()
    late = client.patch(ACCOUNT, json={"name": "V"}, headers={"If-Match": before.headers["ETag"]})
    assert late.status_code == 412
    assert signs_in(served, "vera hale")
    assert not signs_in(served, NAMES["visitor"])


def test_an_account_takes_no_name_that_another_has(served: Served) -> None:
    told = served.client("visitor").patch(ACCOUNT, json={"name": NAMES["keeper"].upper()})
    assert told.status_code == 409
    assert signs_in(served, NAMES["visitor"])


def test_another_password_takes_the_old_one_and_ends_other_sessions(served: Served) -> None:
    here, there = served.client("visitor"), served.client("visitor")
    assert here.put(f"{ACCOUNT}/password", json={"new": NEW}).status_code == 403
    assert here.put(f"{ACCOUNT}/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert here.put(f"{ACCOUNT}/password", json={"old": PASSWORD, "new": NEW}).status_code == 204
    assert here.get(ACCOUNT).status_code == 200
    assert there.get(ACCOUNT).status_code == 401
    assert signs_in(served, NAMES["visitor"], NEW)
    assert not signs_in(served, NAMES["visitor"])


@pytest.mark.parametrize("keeps", [False, True])
def test_another_password_ends_the_tokens_too_unless_they_shall_be_kept(served: Served, keeps: bool) -> None:
    here, program = served.client("visitor"), served.program("visitor", "visitor")
    assert program.get(served.url()).status_code == 200
    asked = {"old": PASSWORD, "new": NEW, **({"keep_tokens": True} if keeps else {})}
    assert here.put(f"{ACCOUNT}/password", json=asked).status_code == 204
    assert program.get(served.url()).status_code == (200 if keeps else 401)
    assert len(here.get(f"{ACCOUNT}/tokens").json()["items"]) == keeps


def test_an_account_is_removed_with_what_it_opens(served: Served) -> None:
    client, program = served.client("visitor"), served.program("visitor", "visitor")
    assert client.delete(ACCOUNT).status_code == 204
    assert client.get(ACCOUNT).status_code == program.get("/api/v1/memorials").status_code == 401
    members = served.client("steward").get(served.url("/members")).json()["items"]
    assert NAMES["visitor"] not in {each["name"] for each in members}


def test_the_keeper_takes_no_name_by_which_a_member_is_known(served: Served) -> None:
    keeper, members = served.client("keeper"), served.lantern.archive.members(served.memorial.id)
    members.put(served.ids["visitor"], Membership("visitor", "Aunt Vera"))
    assert keeper.patch(ACCOUNT, json={"name": "aunt vera"}).status_code == 409
    assert keeper.get(ACCOUNT).json()["name"] == NAMES["keeper"]
    members.put(served.ids["keeper"], Membership("steward", "Uncle Kay"))  # then they are known by that, here
    assert keeper.patch(ACCOUNT, json={"name": "aunt vera"}).status_code == 200


def test_the_keepers_account_is_not_removed(served: Served) -> None:
    keeper = served.client("keeper")
    assert keeper.delete(ACCOUNT).status_code == 422
    assert keeper.delete(f"/api/v1/accounts/{served.ids['keeper']}").status_code == 422
    assert keeper.get(ACCOUNT).status_code == 200


def test_a_token_is_told_once_and_works_until_it_is_removed(served: Served) -> None:
    client = served.client("contributor")
    made = client.post(f"{ACCOUNT}/tokens", json={"name": "lamp", "scope": "visitor", "days": 3}).json()
    assert made["secret"].startswith("lantern_")
    listed = client.get(f"{ACCOUNT}/tokens")
    assert [each["id"] for each in listed.json()["items"]] == [made["token"]["id"]]
    assert made["secret"] not in listed.text
    program = served.client()
    program.headers["Authorization"] = f"Bearer {made['secret']}"
    assert program.get(served.url()).json()["role"] == "visitor"
    assert client.delete(f"{ACCOUNT}/tokens/{made['token']['id']}").status_code == 204
    assert program.get(served.url()).status_code == 401


def test_a_token_for_a_memorial_that_one_does_not_see_is_not_made(served: Served) -> None:
    client = served.client("steward")
    for memorial_id in (served.other.id, "f" * 32):
        asked = {"name": "lamp", "scope": "visitor", "memorial": memorial_id}
        told = client.post(f"{ACCOUNT}/tokens", json=asked)
        assert told.status_code == 404


def test_lists_of_an_account_come_a_page_at_a_time(served: Served) -> None:
    client = served.client("visitor")
    for number in range(5):
        client.post(f"{ACCOUNT}/tokens", json={"name": f"lamp {number}"})
    names, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{ACCOUNT}/tokens", params={"limit": 2, **({"after": cursor} if cursor else {})}).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next"]
    assert names == [f"lamp {number}" for number in range(5)]


def test_the_keeper_helps_who_forgot_a_password(served: Served) -> None:
    keeper, vera, program = served.client("keeper"), served.client("visitor"), served.program("visitor", "visitor")
    everybody = {each["name"]: each["id"] for each in keeper.get("/api/v1/accounts").json()["items"]}
    assert set(everybody) == set(NAMES.values())
    path = f"/api/v1/accounts/{everybody[NAMES['visitor']]}/password"
    assert keeper.put(path, json={"new": NEW}).status_code == 204
    assert vera.get(ACCOUNT).status_code == program.get(served.url()).status_code == 401
    assert signs_in(served, NAMES["visitor"], NEW)
    own = f"/api/v1/accounts/{served.ids['keeper']}/password"
    assert keeper.put(own, json={"new": NEW}).status_code == 409


def test_no_token_gives_passwords_or_removes_accounts(served: Served) -> None:
    program, stranger = served.program("keeper", "steward"), f"/api/v1/accounts/{served.ids['stranger']}"
    assert program.get("/api/v1/accounts").status_code == 200
    assert program.put(f"{stranger}/password", json={"new": NEW}).status_code == 403
    assert program.delete(stranger).status_code == 403


def test_a_password_that_is_the_name_is_refused_when_it_is_changed_too(served: Served) -> None:
    vera = served.client("visitor")
    vera.patch(ACCOUNT, json={"name": "Vera by the window"})
    refused = vera.put(f"{ACCOUNT}/password", json={"old": PASSWORD, "new": "vera by the Window"})
    assert refused.status_code == 422


def test_the_keeper_removes_an_account(served: Served) -> None:
    keeper = served.client("keeper")
    assert keeper.delete(f"/api/v1/accounts/{served.ids['stranger']}").status_code == 204
    assert keeper.delete(f"/api/v1/accounts/{served.ids['stranger']}").status_code == 404
    assert not signs_in(served, NAMES["stranger"])


@pytest.mark.parametrize("what", ["sessions", "tokens"])
def test_what_another_account_has_is_not_there(served: Served, what: str) -> None:
    owner, other = served.client("visitor"), served.client("steward")
    owner.post(f"{ACCOUNT}/tokens", json={"name": "lamp"})
    [found] = owner.get(f"{ACCOUNT}/{what}").json()["items"]
    path = f"{ACCOUNT}/{what}/{found['id']}"
    nothing = other.delete(f"{ACCOUNT}/{what}/{'0' * 32}")
    told = other.delete(path)
    assert told.status_code == 404
    assert told.json() == nothing.json()
    assert owner.delete(path).status_code == 204
