"""A file over HTTP is the file, whichever part of it is asked for."""

from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from services.api import problems
from services.api.files import PIECE_BYTES, documented, file_response, get_and_head

CONTENT = bytes(range(256)) * 4
ETAG = '"the-clip"'
LARGE = b"moth" * PIECE_BYTES  # several pieces


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    app, router = FastAPI(), APIRouter()
    problems.install(app)
    place = tmp_path_factory.mktemp("files")

    @get_and_head(router, "/clip", responses=documented("video/mp4"))
    def clip(request: Request) -> Response:
        return file_response(request, CONTENT, "video/mp4", ETAG, "外公 & “me”.mp4")

    @get_and_head(router, "/large")
    def large(request: Request) -> Response:
        path: Path = place / "large"
        path.write_bytes(LARGE)
        response = file_response(request, path, "video/mp4", ETAG)
        path.unlink()  # as a file that is checked out goes when the handler returns
        return response

    app.include_router(router)
    return TestClient(app)


def test_without_a_range_it_is_whole_and_says_what_it_is(client: TestClient) -> None:
    told = client.get("/clip")
    assert (told.status_code, told.content) == (200, CONTENT)
    assert told.headers["content-type"] == "video/mp4"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["cache-control"].startswith("private")
    assert (told.headers["accept-ranges"], told.headers["etag"]) == ("bytes", ETAG)
    assert int(told.headers["content-length"]) == len(CONTENT)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 1100), st.none() | st.integers(0, 2000))
def test_a_range_is_that_part(client: TestClient, first: int, last: int | None) -> None:
    told = client.get("/clip", headers={"Range": f"bytes={first}-{'' if last is None else last}"})
    if last is not None and last < first:
        assert (told.status_code, told.content) == (200, CONTENT)  # no range at all
    elif first >= len(CONTENT):
        assert (told.status_code, told.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")
    else:
        part = CONTENT[first : None if last is None else last + 1]
        assert (told.status_code, told.content) == (206, part)
        assert told.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 3000))
def test_a_suffix_is_the_end(client: TestClient, last: int) -> None:
    told = client.get("/clip", headers={"Range": f"bytes=-{last}"})
    assert told.status_code == (206 if last else 416)
    assert not last or told.content == CONTENT[-last:]


@pytest.mark.parametrize("told", ["bytes=0-1,5-9", "bytes=0-1, -4", "bytes=1-2,"])
def test_several_ranges_are_refused(client: TestClient, told: str) -> None:
    refused = client.get("/clip", headers={"Range": told})
    assert (refused.status_code, refused.headers["content-type"]) == (416, "application/problem+json")


@pytest.mark.parametrize("told", ["lines=1-2", "bytes=", "bytes=a-b", "bytes=--1", "bytes 0-1", "bytes=9" * 30])
def test_what_is_no_range_is_ignored(client: TestClient, told: str) -> None:
    assert client.get("/clip", headers={"Range": told}).status_code == 200


def test_a_part_of_another_version_is_not_given(client: TestClient) -> None:
    part = {"Range": "bytes=0-3"}
    assert client.get("/clip", headers={**part, "If-Range": ETAG}).status_code == 206
    assert client.get("/clip", headers={**part, "If-Range": '"an older clip"'}).content == CONTENT
    assert client.get("/clip", headers={**part, "If-Range": f"W/{ETAG}"}).content == CONTENT  # weak ones never do


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"another", {ETAG}', "*"])
def test_what_is_known_is_not_sent_again(client: TestClient, known: str) -> None:
    told = client.get("/clip", headers={"If-None-Match": known})
    assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", ETAG)


def test_head_tells_how_long_it_is_and_sends_nothing(client: TestClient) -> None:
    told = client.head("/clip")
    assert (told.status_code, told.content) == (200, b"")
    assert int(told.headers["content-length"]) == len(CONTENT)


def test_a_name_in_any_script_is_what_it_is_saved_under(client: TestClient) -> None:
    told = client.get("/clip").headers["content-disposition"]
    assert told.startswith("attachment; ")
    assert "filename*=UTF-8''%E5%A4%96%E5%85%AC%20%26%20%E2%80%9Cme%E2%80%9D.mp4" in told


def test_a_file_is_read_to_its_end_after_it_was_let_go(client: TestClient) -> None:
    assert client.get("/large").content == LARGE
    assert client.get("/large", headers={"Range": "bytes=400000-1000000"}).content == LARGE[400_000:1_000_001]
