"""What whoever watches over the service is told."""

import re
import shutil
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from services import metrics
from services.api.guarding import Guard, Limits
from services.api.health import CHECKS
from tests.services.api.conftest import ORIGIN, Served

HERE = ("127.0.0.1", 1)


def samples(served: Served) -> dict[str, float]:
    """Every figure by its name and labels."""
    text = TestClient(served.app, client=HERE).get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^([a-z].*) ([^ ]+)$", text, re.MULTILINE)}


def counted(served: Served, name: str) -> float:
    return samples(served).get(name, 0.0)


def test_requests_are_counted_by_the_template_of_their_route(served: Served) -> None:
    name = 'lantern_request_seconds_count{method="GET",route="/api/v1/memorials/{memorial_id}",status="401"}'
    before = counted(served, name)
    browser = TestClient(Guard(served.app, Limits()), base_url=ORIGIN)
    assert browser.get(served.url()).status_code == 401
    assert counted(served, name) == before + 1
    assert not any(served.memorial.id in each for each in samples(served))


def test_what_nothing_answers_to_is_counted_as_one(served: Served) -> None:
    browser = TestClient(Guard(served.app, Limits()), base_url=ORIGIN)
    for path in ("/Rosalind", "/api/v1/Rosalind"):
        assert browser.get(path).status_code == 404
    assert not any("Rosalind" in each for each in samples(served))


def test_methods_that_there_are_not_are_counted_as_one(served: Served) -> None:
    browser = TestClient(Guard(served.app, Limits()), base_url=ORIGIN)
    for method in ("ROSALIND", "FRANKLIN"):
        assert browser.request(method, "/healthz").status_code == 405
    assert not any("ROSALIND" in each for each in samples(served))


def test_answers_are_timed_and_counted(served: Served) -> None:
    before = samples(served)
    metrics.talking(+1)
    metrics.conversing(+1)
    metrics.first_phrase(0.07)
    metrics.first_piece(0.4)
    metrics.frames_left_out(3)
    after = samples(served)
    metrics.talking(-1)
    metrics.conversing(-1)
    more = {name: after[name] - before.get(name, 0.0) for name in after}
    assert more["lantern_answers_running"] == more["lantern_conversations_live"] == 1
    assert more['lantern_first_phrase_seconds_bucket{le="0.1"}'] == 1
    assert more['lantern_first_phrase_seconds_bucket{le="0.05"}'] == 0
    assert more["lantern_first_piece_seconds_count"] == 1
    assert more["lantern_frames_left_out_total"] == 3


def test_jobs_are_counted_by_their_state(served: Served) -> None:
    figures = samples(served)
    assert figures['lantern_jobs{state="queued"}'] == 0
    assert figures['lantern_jobs{state="failed"}'] == 0


def test_the_process_tells_its_memory(served: Served) -> None:
    assert samples(served)["process_resident_memory_bytes"] > 0


def test_only_this_machine_and_the_keeper_read_the_figures(served: Served) -> None:
    assert TestClient(served.app, client=HERE).get("/metrics").status_code == 200
    assert served.client(None).get("/metrics").status_code == 401
    assert served.client("steward").get("/metrics").status_code == 403
    assert served.client("keeper").get("/metrics").status_code == 200
    assert served.program("keeper", "steward").get("/metrics").status_code == 200
    behind_a_proxy = TestClient(served.app, client=HERE, headers={"X-Forwarded-For": "8.8.8.8"})
    assert behind_a_proxy.get("/metrics").status_code == 401


def test_a_service_that_can_do_its_work_is_ready(served: Served) -> None:
    with served.lantern.archive.home.working():
        answer = served.client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": dict.fromkeys(CHECKS, "ok")})


@pytest.mark.parametrize("lost", ["worker", "home", "disk"])
def test_what_is_not_ready_is_named(served: Served, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home = served.lantern.archive.home
    if lost == "home":
        home.key_file.rename(home.root / "elsewhere.key")
    elif lost == "disk":
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with home.working() if lost != "worker" else home.alone():
        answer = served.client().get("/readyz")
    assert answer.status_code == 503
    assert [name for name, told in answer.json()["checks"].items() if told != "ok"] == [lost]
