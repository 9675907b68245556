"""Who belongs to a memorial, and how somebody comes to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from data.members import INVITED, utc_now
from tests.services.api.conftest import NAMES, ORIGIN, PASSWORD, Client, Served


def invite(served: Served, role: str = "visitor", visitor: str = "Mary") -> dict[str, Any]:
    told = served.client("steward").post(served.url("/invitations"), json={"role": role, "visitor": visitor})
    assert told.status_code == 201
    made: dict[str, Any] = told.json()
    return made


@pytest.mark.parametrize(("address", "only_here"), [("127.0.0.1", True), ("[::1]", True), ("192.168.1.7", False)])
def test_it_is_said_where_a_link_opens_on_this_machine_alone(served: Served, address: str, only_here: bool) -> None:
    steward, origin = served.client("steward"), f"http://{address}:8451"
    steward.headers.update({"Host": f"{address}:8451", "Origin": origin})
    told = steward.post(origin + served.url("/invitations"), json={"visitor": "Mary"}).json()
    assert told["only_here"] is only_here


def role_of(served: Served, role: str) -> Any:
    """What somebody is told of their role in the memorial."""
    told = served.client(role).get(served.url())
    return told.json()["role"] if told.status_code == 200 else told.status_code


def test_members_are_listed_with_the_keeper_first(served: Served) -> None:
    listed = served.client("steward").get(served.url("/members")).json()["items"]
    told = [(each["name"], each["role"], each["visitor"], each["keeper"]) for each in listed]
    assert told[0] == ("Kay", "steward", "Kay", True)
    assert set(told[1:]) == {(NAMES[role], role, NAMES[role], False) for role in ("visitor", "contributor", "steward")}


def test_another_role_counts_at_once(served: Served) -> None:
    steward, path = served.client("steward"), served.url(f"/members/{served.ids['visitor']}")
    for role in ("contributor", "steward", "visitor"):
        assert steward.patch(path, json={"role": role}).json()["role"] == role
        assert role_of(served, "visitor") == role
    assert steward.delete(path).status_code == 204
    assert role_of(served, "visitor") == 404


def test_the_name_under_which_the_family_knows_somebody_is_the_stewards_to_give(served: Served) -> None:
    vera, steward = served.client("visitor"), served.client("steward")
    assert vera.patch("/api/v1/account", json={"name": "Grandma"}).status_code == 200
    assert vera.get(served.url()).json()["visitor"] == NAMES["visitor"]
    path = served.url(f"/members/{served.ids['visitor']}")
    assert steward.patch(path, json={"visitor": "Aunt Vera"}).json()["visitor"] == "Aunt Vera"
    assert vera.get(served.url()).json()["visitor"] == "Aunt Vera"
    assert served.lantern.archive.memory(served.memorial.id).visitor("Aunt Vera") is not None
    assert steward.patch(path, json={"visitor": NAMES["contributor"].lower()}).status_code == 409
    assert steward.patch(path, json={"visitor": "\u202e"}).status_code == 422


def test_a_memorial_is_never_without_a_steward(served: Served) -> None:
    steward, keeper = served.client("steward"), served.url(f"/members/{served.ids['keeper']}")
    assert steward.patch(keeper, json={"role": "visitor"}).status_code == 409
    assert steward.delete(keeper).status_code == 409
    assert steward.patch(served.url(f"/members/{served.ids['steward']}"), json={"role": "visitor"}).status_code == 200
    assert role_of(served, "steward") == "visitor"
    assert role_of(served, "keeper") == "steward"


def test_who_is_no_member_is_not_there(served: Served) -> None:
    steward = served.client("steward")
    for account_id in (served.ids["stranger"], "0" * 32):
        assert steward.patch(served.url(f"/members/{account_id}"), json={"role": "steward"}).status_code == 404
        assert steward.delete(served.url(f"/members/{account_id}")).status_code == 404


# Invitations


def test_a_link_tells_whom_it_is_about_and_lets_somebody_in_once(served: Served) -> None:
    made, client = invite(served, "contributor"), Client(served.app, base_url=ORIGIN)
    assert made["path"] == f"/#invitation={made['secret']}"
    path = f"/api/v1/invitations/{made['secret']}"
    seen = client.get(path).json()
    assert (seen["memorial"], seen["role"], seen["visitor"]) == ("Grace Murray", "contributor", "Mary")
    told = client.post(path, json={"name": "mary", "password": PASSWORD})
    assert told.status_code == 201
    assert told.json()["memorial"] == served.memorial.id
    mine = client.get("/api/v1/memorials").json()["items"]
    assert [(each["id"], each["role"], each["visitor"]) for each in mine] == [
        (served.memorial.id, "contributor", "Mary")
    ]
    assert served.lantern.archive.memory(served.memorial.id).visitor("mary") is not None
    late = Client(served.app, base_url=ORIGIN)
    assert late.get(path).status_code == 404
    assert late.post(path, json={"name": "Eve", "password": PASSWORD}).status_code == 404
    assert late.post("/api/v1/session", json={"name": "Eve", "password": PASSWORD}).status_code == 401


def test_who_has_an_account_accepts_with_it(served: Served) -> None:
    path = f"/api/v1/invitations/{invite(served, visitor='Max')['secret']}"
    assert served.client().post(path, json={}).status_code == 401
    assert served.program("stranger", "steward").post(path, json={}).status_code == 401
    told = served.client("stranger").post(path, json={})
    assert told.status_code == 201
    assert told.json()["session"]["account"]["name"] == NAMES["stranger"]
    assert role_of(served, "stranger") == "visitor"


def test_a_link_that_was_refused_for_its_name_or_password_still_opens(served: Served) -> None:
    path = f"/api/v1/invitations/{invite(served)['secret']}"
    client = served.client()
    assert client.post(path, json={"name": "Mary", "password": "short"}).status_code == 422
    assert client.post(path, json={"name": NAMES["keeper"], "password": PASSWORD}).status_code == 409
    assert client.post(path, json={"name": "Mary", "password": PASSWORD}).status_code == 201


def test_a_link_ends_after_fourteen_days(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/v1/invitations/{invite(served)['secret']}"
    later = utc_now() + INVITED + timedelta(seconds=1)
    monkeypatch.setattr(served.accounts, "_now", lambda: later)
    assert served.client().get(path).status_code == 404
    assert served.client().post(path, json={"name": "Mary", "password": PASSWORD}).status_code == 404


def test_a_link_that_is_withdrawn_opens_nothing(served: Served) -> None:
    made, steward = invite(served), served.client("steward")
    listed = steward.get(served.url("/invitations"))
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    assert made["secret"] not in listed.text
    assert served.client("keeper").delete(served.url(f"/invitations/{made['id']}", served.other)).status_code == 404
    assert steward.delete(served.url(f"/invitations/{made['id']}")).status_code == 204
    assert served.client().get(f"/api/v1/invitations/{made['secret']}").status_code == 404
    assert steward.get(served.url("/invitations")).json()["items"] == []


def test_a_removed_memorial_takes_its_links_along(served: Served) -> None:
    secret, _ = served.lantern.archive.members(served.other.id).invite("visitor", "Mary")
    served.lantern.archive.remove(served.other.id)
    assert served.client().get(f"/api/v1/invitations/{secret}").status_code == 404


def test_of_many_who_open_one_link_at_the_same_moment_one_comes_in(served: Served) -> None:
    secret = invite(served)["secret"]
    with ThreadPoolExecutor(6) as pool:
        joined = list(pool.map(lambda number: served.accounts.join(secret, f"Mary {number}", PASSWORD), range(6)))
    [account_id] = [each[0].id for each in joined if each is not None]
    members = served.lantern.archive.members(served.memorial.id).all()
    assert [each.account_id for each in members if each.visitor == "Mary"] == [account_id]
    assert len(served.accounts.all()) == len(NAMES) + 1
