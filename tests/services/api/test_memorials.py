"""Who is remembered here, as it is listed, made, told otherwise and removed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.samples import sample
from orchestrator.job import Job
from services import sampling
from tests.services.api.conftest import Served

URL = "/api/v1/memorials"


def test_one_is_listed_for_those_who_are_invited_alone(served: Served) -> None:
    listed = served.client("visitor").get(URL).json()
    assert [each["id"] for each in listed["items"]] == [served.memorial.id]
    assert (listed["items"][0]["role"], listed["items"][0]["visitor"], listed["next"]) == ("visitor", "Vera", None)
    assert served.client("stranger").get(URL).json()["items"] == []
    assert {each["id"] for each in served.client("keeper").get(URL).json()["items"]} == {
        served.memorial.id,
        served.other.id,
    }


def test_long_lists_come_a_page_at_a_time(served: Served) -> None:
    keeper = served.client("keeper")
    first = keeper.get(URL, params={"limit": 1}).json()
    second = keeper.get(URL, params={"limit": 1, "after": first["next"]}).json()
    assert [page["items"][0]["id"] for page in (first, second)] == [served.memorial.id, served.other.id]
    assert second["next"] is None


def test_the_keeper_makes_one_and_nobody_else(served: Served) -> None:
    given = {"name": " Li  Wei ", "born": "1931-04", "died": None, "language": "zh"}
    made = served.client("keeper").post(URL, json=given)
    assert made.status_code == 201
    told = made.json()["memorial"]
    assert (told["name"], told["born"], told["language"], told["role"]) == ("Li Wei", "1931-04", "zh", "steward")
    assert made.json()["job"] is None
    assert served.client("keeper").get(made.headers["Location"]).json()["passages"] == 0
    assert served.client("steward").post(URL, json=given).status_code == 403


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"name": "Ann", "born": "2999"},
        {"name": "Ann", "born": "1950", "died": "1940"},
        {"name": "Ann", "language": "fr"},
        {"name": "Ann", "exhibit": True},
        {"sample": "nobody"},
        {},
    ],
)
def test_what_cannot_be_is_refused(served: Served, given: dict[str, object]) -> None:
    refused = served.client("keeper").post(URL, json=given)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_date_that_cannot_be_read_is_refused_without_a_word_of_the_command_line(served: Served) -> None:
    told = served.client("keeper").post("/api/v1/memorials", json={"name": "Bea Lee", "born": "3/12/1921"})
    assert (told.status_code, told.json()["type"]) == (422, "/problems/bad-date")
    assert told.json()["detail"].startswith("born '3/12/1921': ")


def test_one_is_seen_with_what_is_in_it(served: Served) -> None:
    seen = served.client("visitor").get(served.url())
    assert seen.json()["passages"] == 3
    assert (seen.json()["portrait"], seen.json()["voice"]) == (False, False)
    again = served.client("visitor").get(served.url(), headers={"If-None-Match": seen.headers["ETag"]})
    assert again.status_code == 304


def test_a_name_and_dates_can_be_told_otherwise(served: Served) -> None:
    steward = served.client("steward")
    before = steward.get(served.url())
    changed = steward.patch(served.url(), json={"name": "Grace B. Murray", "died": None})
    assert changed.status_code == 200
    now = steward.get(served.url()).json()
    assert (now["name"], now["born"], now["died"]) == ("Grace B. Murray", "1906-12-09", None)
    assert now == changed.json()
    late = steward.patch(served.url(), json={"name": "Else"}, headers={"If-Match": before.headers["ETag"]})
    assert late.status_code == 412
    assert steward.patch(served.url(), json={"born": "2001"}).status_code == 200  # no date of death any more
    assert steward.patch(served.url(), json={"died": "1999"}).status_code == 422
    assert served.client("contributor").patch(served.url(), json={"name": "Else"}).status_code == 403


def test_a_removed_memorial_is_gone_for_everybody(served: Served) -> None:
    assert served.client("contributor").delete(served.url()).status_code == 403
    assert served.client("steward").delete(served.url()).status_code == 204
    for role in ("visitor", "steward", "keeper"):
        assert served.client(role).get(served.url()).status_code == 404
    assert served.client("visitor").get(URL).json()["items"] == []


def test_a_sample_is_built_by_a_job_and_only_once(served: Served) -> None:
    keeper = served.client("keeper")
    made = keeper.post(URL, json={"sample": "waigong"})
    assert (made.status_code, made.json()["job"]["kind"]) == (201, "sample")
    again = keeper.post(URL, json={"sample": "waigong"})
    assert again.status_code == 200
    assert again.json()["memorial"] == made.json()["memorial"]
    assert again.json()["job"]["id"] == made.json()["job"]["id"]


def test_of_two_who_want_a_sample_at_the_same_moment_one_makes_it(served: Served) -> None:
    clients = [served.client("keeper") for _ in range(4)]
    with ThreadPoolExecutor(len(clients)) as together:
        told = list(together.map(lambda client: client.post(URL, json={"sample": "waigong"}), clients))
    assert sorted(each.status_code for each in told) == [200, 200, 200, 201]
    assert len({each.json()["memorial"]["id"] for each in told}) == 1
    assert len({each.json()["job"]["id"] for each in told}) == 1


def test_a_sample_that_is_built_is_there_already(talking: Served) -> None:
    keeper = talking.client("keeper")
    ready = keeper.post(URL, json={"sample": "hopper"})
    assert (ready.status_code, ready.json()["job"]) == (200, None)
    assert ready.json()["memorial"]["id"] == talking.memorial.id
    told = keeper.get(talking.url()).json()
    assert (told["portrait"], told["voice"], told["exhibit"]) == (True, True, True)
    assert keeper.patch(talking.url(), json={"name": "Else"}).status_code == 422


@pytest.mark.slow
def test_the_job_of_a_sample_makes_it_speak_and_move(served: Served) -> None:
    made = served.client("keeper").post(URL, json={"sample": "waigong"}).json()
    memorial_id, job_id = made["memorial"]["id"], made["job"]["id"]
    archive = served.lantern.archive
    for _ in range(2):  # it may be begun again at any time
        sampling.build(Job(archive, job_id, memorial_id, lambda: False))
    report = json.loads(archive.paper(memorial_id, job_id, "report") or b"")
    assert report["passages"] == archive.count(memorial_id) > 0
    assert sampling.is_built(archive, archive.memorial(memorial_id))


def test_a_memorial_of_a_samples_name_is_not_taken_for_it(served: Served) -> None:
    keeper, chosen = served.client("keeper"), sample("hopper")
    own = keeper.post(URL, json={"name": chosen.person.name, "born": chosen.person.born, "died": chosen.person.died})
    made = keeper.post(URL, json={"sample": "hopper"})
    assert made.status_code == 201
    assert made.json()["memorial"]["id"] != own.json()["memorial"]["id"]
