"""What answers for a memorial is for its stewards to choose, and only what works is chosen."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from services import engines
from services.engines import Choice
from tests.services.api.conftest import Served

SERVER: dict[str, Any] = {
    "engine": "openai",
    "url": "http://127.0.0.1:9/v1",
    "model": "tiny",
    "key": "hush",
    "hosts": ["127.0.0.1"],
    "writing_by": "Lucy",
}


@pytest.fixture
def sten(served: Served) -> TestClient:
    return served.client("steward")


def seen(served: Served) -> dict[str, str]:
    """What comes with the samples of that server."""
    choice = Choice("openai", url=SERVER["url"], model=SERVER["model"])
    return {"seen": engines.state(served.lantern.archive, served.memorial.id, choice)}


def test_their_own_words_answer_at_first(served: Served, sten: TestClient) -> None:
    told = sten.get(served.url("/engine"))
    assert (told.json()["engine"], told.json()["verdict"], told.json()["freedom"]) == ("recollection", None, None)
    assert sten.get(served.url("/engine"), headers={"If-None-Match": told.headers["etag"]}).status_code == 304


def test_a_model_that_was_never_tuned_is_not_chosen(served: Served, sten: TestClient) -> None:
    refused = sten.put(served.url("/engine"), json={"engine": "gptj"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-tuned")
    assert sten.get(served.url("/engine")).json()["engine"] == "recollection"


def test_a_server_is_chosen_and_its_key_is_never_shown(served: Served, sten: TestClient) -> None:
    chosen = sten.put(served.url("/engine"), json={**SERVER, **seen(served)})
    assert chosen.status_code == 200, chosen.text
    assert chosen.json()["has_key"]
    nothing = {"tried": False, "choosing": False, "joining": False}
    assert (chosen.json()["freedom"], chosen.json()["writing_by"]) == ({**nothing, "writing": True}, "Lucy")
    assert "hush" not in chosen.text + sten.get(served.url("/engine")).text


def test_words_go_to_no_host_without_leave(served: Served, sten: TestClient) -> None:
    refused = sten.put(served.url("/engine"), json={**SERVER, "url": "http://192.0.2.1/v1", "hosts": []})
    assert refused.status_code == 422
    assert sten.get(served.url("/engine")).json()["engine"] == "recollection"


def test_only_the_keeper_lets_words_go_to_another_machine(served: Served, sten: TestClient) -> None:
    elsewhere = {**SERVER, "url": "http://192.168.7.7:9/v1", "hosts": ["192.168.7.7"]}
    for method, path in (("PUT", "/engine"), ("POST", "/engine/samples")):
        assert sten.request(method, served.url(path), json=elsewhere).status_code == 403
    keepers = served.client("keeper").put(served.url("/engine"), json=elsewhere)
    assert (keepers.status_code, keepers.json()["type"]) == (409, "/problems/unseen")  # samples come first, as ever


def test_only_the_keeper_has_a_base_fetched(served: Served, sten: TestClient) -> None:
    wish = {"download": True}
    assert sten.post(served.url("/tuning"), json=wish).status_code == 403
    assert served.client("keeper").post(served.url("/tuning"), json=wish).status_code == 202


def test_free_writing_takes_that_somebody_saw_samples(served: Served, sten: TestClient) -> None:
    refused = sten.put(served.url("/engine"), json=SERVER)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/unseen")


def test_a_choice_over_another_that_was_not_seen_is_refused(served: Served, sten: TestClient) -> None:
    tag = sten.get(served.url("/engine")).headers["etag"]
    assert sten.put(served.url("/engine"), json=SERVER | seen(served), headers={"If-Match": tag}).status_code == 200
    assert sten.put(served.url("/engine"), json={}, headers={"If-Match": tag}).status_code == 412


def test_tuning_is_handed_in_once_and_can_be_cancelled(served: Served, sten: TestClient) -> None:
    assert sten.get(served.url("/tuning")).json() == {"report": None, "has_a_say": False}
    key = {"Idempotency-Key": "tune-1"}
    first, again = (sten.post(served.url("/tuning"), json={"bits": 4}, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 202
    order = served.lantern.archive.paper(served.memorial.id, first.json()["id"], "order")
    assert json.loads(order or b"") == {"base": "EleutherAI/gpt-j-6b", "named": False, "bits": 4, "download": False}
    jobs = sten.get(served.url("/jobs")).json()["items"]
    assert [each["id"] for each in jobs] == [first.json()["id"]]
    assert sten.delete(first.headers["location"]).json()["state"] == "cancelled"


@pytest.mark.parametrize("base", ["/etc/passwd", "../weights", "gpt-j", "a/b/c", "-a/b"])
def test_no_folder_of_this_machine_is_named_from_outside(served: Served, sten: TestClient, base: str) -> None:
    assert sten.post(served.url("/tuning"), json={"base": base}).status_code == 422
