"""The pages as they are served: kept as long as they are the same, and allowed to load nothing from elsewhere."""

import re

import pytest
from starlette.testclient import TestClient

from services.api.pages import PLACE, POLICY, site
from tests.services.api.conftest import Served


@pytest.fixture
def client(served: Served) -> TestClient:
    return served.client()


def test_a_page_is_asked_for_anew_and_its_files_are_kept_for_good(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    (script,) = re.findall(rf'src="({PLACE}[0-9a-f]+/entrance\.js)"', page.text)
    file = client.get(script)
    assert file.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in file.headers["Cache-Control"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_may_load_and_run_nothing_from_elsewhere(client: TestClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_page_of_another_version_and_a_path_out_of_the_folder_are_not_there(client: TestClient) -> None:
    digest = site().digest
    assert client.get(f"{PLACE}{'0' * len(digest)}/talk.js").status_code == 404
    assert client.get(f"{PLACE}{digest}/../../build.py").status_code == 404
    assert client.get(f"{PLACE}{digest}/%2e%2e/api/pages.py").status_code == 404
    assert client.get(f"{PLACE}{digest}/__init__.py").status_code == 404


def test_whoever_is_signed_in_sees_the_memorials_first(served: Served) -> None:
    assert "home.js" in served.client("visitor").get("/").text
    assert "entrance.js" in served.client().get("/").text
    assert "entrance.js" in served.client("visitor").get("/enter").text
