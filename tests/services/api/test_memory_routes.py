"""What visitors told, what was struck, who visits, and what words mean: each for those whom it concerns."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.services.api.conftest import Served


@pytest.fixture
def vera(served: Served) -> TestClient:
    return served.client("visitor")


@pytest.fixture
def sten(served: Served) -> TestClient:
    return served.client("steward")


def tell(served: Served, client: TestClient, text: str, **more: str) -> Any:
    told = client.post(served.url("/memory"), json={"text": text, **more})
    assert told.status_code == 201, told.text
    assert client.get(told.headers["location"]).json() == told.json()
    return told.json()


def items(client: TestClient, url: str) -> list[Any]:
    found = client.get(url)
    assert found.status_code == 200, found.text
    listed: list[Any] = found.json()["items"]
    return listed


def test_what_somebody_tells_is_theirs_and_the_stewards(served: Served, vera: TestClient, sten: TestClient) -> None:
    mine, theirs = tell(served, vera, "I play the violin now."), tell(served, sten, "The clock stopped.")
    assert mine["visitor"] == "Vera"
    assert items(vera, served.url("/memory")) == [mine]
    assert items(sten, served.url("/memory")) == [mine, theirs]
    assert items(served.client("contributor"), served.url("/memory")) == []


def test_what_another_told_is_not_there(served: Served, vera: TestClient, sten: TestClient) -> None:
    theirs = served.url(f"/memory/{tell(served, sten, 'The clock stopped.')['id']}")
    assert vera.get(theirs).status_code == 404
    assert vera.patch(theirs, json={"text": "It never did."}).status_code == 404
    assert vera.delete(theirs).status_code == 404
    assert sten.get(theirs).status_code == 200


def test_what_one_told_is_mended_and_forgotten(served: Served, vera: TestClient) -> None:
    mine = served.url(f"/memory/{tell(served, vera, 'I play the violin now.')['id']}")
    assert vera.patch(mine, json={"text": "I play the viola now."}).json()["text"] == "I play the viola now."
    assert vera.delete(mine).status_code == 204
    assert vera.get(mine).status_code == 404
    assert items(vera, served.url("/memory")) == []


def test_a_stale_change_is_refused_and_what_is_known_not_sent_again(served: Served, vera: TestClient) -> None:
    mine = served.url(f"/memory/{tell(served, vera, 'I play the violin now.')['id']}")
    tag = vera.get(mine).headers["etag"]
    assert vera.get(mine, headers={"If-None-Match": tag}).status_code == 304
    assert vera.patch(mine, json={"text": "I sing."}, headers={"If-Match": tag}).status_code == 200
    stale = vera.patch(mine, json={"text": "I dance."}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/changed")
    assert vera.get(mine).json()["text"] == "I sing."


def test_nobody_speaks_for_another_but_a_steward(served: Served, vera: TestClient, sten: TestClient) -> None:
    told = {"text": "I moved to Yale.", "visitor": "Mary"}
    assert vera.post(served.url("/memory"), json=told).status_code == 403
    assert sten.post(served.url("/memory"), json=told).json()["visitor"] == "Mary"


def test_the_keeper_tells_under_the_name_of_their_account(served: Served) -> None:
    assert tell(served, served.client("keeper"), "I moved.")["visitor"] == "Kay"


def test_what_was_told_comes_in_pages(served: Served, vera: TestClient) -> None:
    told = [tell(served, vera, f"I have {number} cats.")["id"] for number in range(3)]
    first = vera.get(served.url("/memory"), params={"limit": 2}).json()
    rest = vera.get(served.url("/memory"), params={"limit": 2, "after": first["next"]}).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == told
    assert rest["next"] is None


def test_a_visitor_strikes_what_they_heard_in_their_own_name(
    served: Served, vera: TestClient, sten: TestClient
) -> None:
    struck = vera.post(served.url("/corrections"), json={"quote": "Today we found a moth in relay seventy."})
    assert (struck.status_code, struck.json()["by"]) == (201, "Vera")
    assert items(vera, served.url("/corrections")) == [struck.json()]
    undone = sten.delete(served.url(f"/corrections/{struck.json()['id']}"))
    assert undone.json()["undone"] is not None
    assert items(sten, served.url("/corrections")) == [undone.json()]


def test_by_striking_nobody_learns_what_is_not_for_them(served: Served, vera: TestClient, sten: TestClient) -> None:
    secret = {"quote": "The machine hums all night"}
    served.lantern.archive.memory(served.memorial.id).set_audience("1944-a-letter.txt", ["Vera"])
    refused, unknown = (
        vera.post(served.url("/corrections"), json=each) for each in (secret, {"quote": "We went to the moon."})
    )
    assert (refused.status_code, refused.json()) == (404, unknown.json())
    assert sten.post(served.url("/corrections"), json=secret).status_code == 201


def test_a_visitor_sees_no_corrections_of_others_and_undoes_none(
    served: Served, vera: TestClient, sten: TestClient
) -> None:
    theirs = sten.post(served.url("/corrections"), json={"quote": "I taped it into the book."}).json()
    assert items(vera, served.url("/corrections")) == []
    assert vera.delete(served.url(f"/corrections/{theirs['id']}")).status_code == 403


def test_who_visits_is_added_told_anew_and_removed(served: Served, sten: TestClient) -> None:
    lucy = {"name": "Lucy", "relation": "niece", "called": "my dear Lucy"}
    added = sten.post(served.url("/visitors"), json=lucy)
    place = added.headers["location"]
    assert sten.post(served.url("/visitors"), json={"name": "LUCY"}).status_code == 409
    tag = sten.get(place).headers["etag"]
    changed = sten.put(place, json={"relation": "cousin", "called": ""}, headers={"If-Match": tag}).json()
    assert changed == {"id": added.json()["id"], "name": "Lucy", "relation": "cousin", "called": None}
    assert sten.put(place, json={}, headers={"If-Match": tag}).status_code == 412
    assert changed in items(sten, served.url("/visitors"))
    assert sten.delete(place).status_code == 204
    assert sten.get(place).status_code == sten.delete(place).status_code == 404


def test_a_word_is_explained_and_taken_out(served: Served) -> None:
    cora = served.client("contributor")
    word = served.url("/glossary/囡囡")
    assert cora.put(word, json={"meaning": "darling"}).json() == {"word": "囡囡", "meaning": "darling"}
    assert items(cora, served.url("/glossary")) == [{"word": "囡囡", "meaning": "darling"}]
    assert cora.delete(word).status_code == 204
    assert cora.delete(word).status_code == 404
