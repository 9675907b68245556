"""Uploads that mean harm, or went wrong: refused in a line, before they cost anything, and nothing of them is left."""

import asyncio
import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

import data.uploads
from data.errors import Refused
from data.uploads import LARGEST_BYTES, LEAST_PIECE_BYTES, MOST_BYTES, PIECE_BYTES
from tests.services.api.conftest import Served
from tests.services.api.uploading import PIECE, begun, done, sent, uploaded

SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
Message = MutableMapping[str, Any]


# --- what is told of a file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        ".",
        "C:\\x",
        "a/b.txt",
        "\\\\server\\share",
        "a\x00.txt",
        "a\nb.txt",
        "a\x1b[31m.txt",
        "photo\u202egpj.exe",
        "\ud800.txt",
        "",
        "   ",
        "a" * 5_000,
    ],
)
def test_a_name_that_is_more_than_a_name_is_refused(served: Served, name: str) -> None:
    client = served.client("contributor")
    refused = client.post(
        served.url("/uploads"),
        content=json.dumps({"name": name, "size": 5}),
        headers={"Content-Type": "application/json"},
    )
    assert refused.status_code == 422
    assert len(refused.json()["detail"]) < 300
    assert client.get(served.url("/uploads")).json()["items"] == []


@pytest.mark.parametrize(
    "name", ["Bildschirmfoto 2024\u202f9.41.png", "奶奶的信.txt", "👩‍👧 us.jpg", ".hidden", "CON", "a" * 200]
)
def test_a_strange_name_is_a_name(served: Served, name: str) -> None:
    assert begun(served.client("contributor"), served.url(), name, 5).json()["name"] == name


@pytest.mark.parametrize(
    ("size", "status"), [(10 * 10**9, 413), (LARGEST_BYTES + 1, 413), (10**40, 413), (0, 422), (-1, 422)]
)
def test_a_file_of_another_size_than_is_taken_is_refused_before_a_byte_of_it(
    served: Served, size: int, status: int
) -> None:
    assert begun(served.client("contributor"), served.url(), "a.mov", size).status_code == status


@pytest.mark.parametrize("digest", ["", "abc", "g" * 64, "0" * 63, "0" * 65])
def test_what_is_no_digest_is_refused(served: Served, digest: str) -> None:
    assert begun(served.client("contributor"), served.url(), "a.mov", 5, sha256=digest).status_code == 422


def test_what_waits_in_a_memorial_has_a_limit_for_all_together(served: Served) -> None:
    contributor, url = served.client("contributor"), served.url()
    places = [begun(contributor, url, "a.mov", LARGEST_BYTES) for _ in range(MOST_BYTES // LARGEST_BYTES)]
    assert {each.status_code for each in places} == {201}
    assert begun(served.client("steward"), url, "a.txt", 1).status_code == 413
    assert contributor.delete(places[0].headers["Location"]).status_code == 204
    assert begun(served.client("steward"), url, "a.txt", 1).status_code == 201


def test_the_number_of_files_that_wait_has_a_limit(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.uploads, "MOST_FILES", 3)
    statuses = [begun(served.client("contributor"), served.url(), "a.txt", 1).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 413]


# --- bytes that are not as they were told --------------------------------------------------------------------------


def asked(
    served: Served, upload_id: str, receive: Callable[[], Awaitable[Message]], headers: dict[str, str] | None = None
) -> int | None:
    """The status of the answer to one piece at offset 0, whose body comes from `receive`; None where none came."""
    return asyncio.run(asked_now(served, upload_id, receive, headers))


async def asked_now(
    served: Served, upload_id: str, receive: Callable[[], Awaitable[Message]], headers: dict[str, str] | None = None
) -> int | None:
    client, statuses = served.client("contributor"), list[int]()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    given = {
        **dict(client.headers),
        "content-type": PIECE["Content-Type"],
        "upload-offset": "0",
        "cookie": cookie,
        "host": "localhost",
        **(headers or {}),
    }
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": served.url(f"/uploads/{upload_id}"),
        "raw_path": served.url(f"/uploads/{upload_id}").encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "state": {},
    }

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await served.app(scope, receive, send)
    return statuses[0] if statuses else None


def test_a_body_is_counted_while_it_comes_and_dropped_once_it_is_too_long(served: Served) -> None:
    upload_id = begun(served.client("contributor"), served.url(), "a.mov", LARGEST_BYTES).json()["id"]
    taken = 0

    async def endless() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": bytes(1 << 20), "more_body": True}

    assert asked(served, upload_id, endless) == 413
    assert taken <= (PIECE_BYTES >> 20) + 1


def test_a_body_that_says_that_it_is_too_long_is_not_read(served: Served) -> None:
    upload_id = begun(served.client("contributor"), served.url(), "a.mov", LARGEST_BYTES).json()["id"]

    async def never() -> Message:
        raise AssertionError("a byte was asked for")

    for length in (PIECE_BYTES + 1, 10**10, 10**30):
        assert asked(served, upload_id, never, {"content-length": str(length)}) == 413
    assert asked(served, upload_id, never, {"upload-offset": "7"}) == 409
    assert asked(served, upload_id, never, {"content-type": "text/html"}) == 415
    assert asked(served, "0" * 32, never) == 404


def test_more_than_was_told_of_is_refused(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = begun(client, url, "a.txt", 5).json()["id"]
    assert sent(client, url, upload_id, 0, b"hello, world").status_code == 413
    assert sent(client, url, upload_id, 0, b"hello").status_code == 204
    assert sent(client, url, upload_id, 5, b"!").status_code == 413


def test_one_who_stops_half_way_holds_up_nobody_and_leaves_nothing(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    content = random.Random(3).randbytes(2 * LEAST_PIECE_BYTES)
    upload_id = begun(client, url, "a.mov", len(content)).json()["id"]

    async def run() -> int | None:
        half, go_on = asyncio.Event(), asyncio.Event()

        async def stalls() -> Message:
            if not half.is_set():
                half.set()
                return {"type": "http.request", "body": content[:1000], "more_body": True}
            await go_on.wait()
            return {"type": "http.disconnect"}

        slow = asyncio.create_task(asked_now(served, upload_id, stalls))
        await half.wait()
        other = await asyncio.to_thread(sent, client, url, upload_id, 0, content)
        assert other.status_code == 204  # while the first is still awaited
        go_on.set()
        return await slow

    assert asyncio.run(run()) == 400
    assert client.get(f"{url}/uploads/{upload_id}").json()["whole"] is True
    with _file(served, upload_id) as path:
        assert path.read_bytes() == content


def test_of_many_who_send_the_same_place_one_is_kept(served: Served) -> None:
    client, url, archive = served.client("contributor"), served.url(), served.lantern.archive
    pieces = [random.Random(seed).randbytes(LEAST_PIECE_BYTES) for seed in range(6)]
    upload_id = begun(client, url, "a.mov", 2 * LEAST_PIECE_BYTES).json()["id"]
    blobs = len(list((archive.home.vault / served.memorial.id).iterdir()))
    with ThreadPoolExecutor(6) as several:
        answers = list(several.map(lambda piece: _as_one(served, upload_id, piece), pieces))
    assert sorted(answers) == [204, 409, 409, 409, 409, 409]
    assert client.get(f"{url}/uploads/{upload_id}").json()["offset"] == LEAST_PIECE_BYTES
    assert len(list((archive.home.vault / served.memorial.id).iterdir())) == blobs + 1
    sent(client, url, upload_id, LEAST_PIECE_BYTES, pieces[0])
    with _file(served, upload_id) as path:
        assert path.read_bytes() == pieces[answers.index(204)] + pieces[0]


def _as_one(served: Served, upload_id: str, piece: bytes) -> int:
    return sent(served.client("contributor"), served.url(), upload_id, 0, piece).status_code


def _file(served: Served, upload_id: str) -> Any:
    uploads = served.lantern.archive.uploads(served.memorial.id)
    return uploads.file(uploads.one(served.ids["contributor"], upload_id))


# --- what is in them -----------------------------------------------------------------------------------------------


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


def outside() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.txt", "Dear Ann,\nhello.\n")
    return packed.getvalue()


def huge_png() -> bytes:
    """50,000 × 50,000 pixels in some hundred bytes."""

    def chunk(name: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


DOCX_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
BOMBS = {
    "a.zip": zipped(a_dot_txt=bytes(40_000_000)),
    "a.docx": zipped(**{"[Content_Types]_dot_xml": DOCX_TYPES, "word__document_dot_xml": b"<w:p>" + b" " * 40_000_000}),
    "a.txt.gz": gzip.compress(bytes(40_000_000)),
    "a.png": huge_png(),
    "outside.zip": outside(),
}
WRONG = {
    "a.exe": b"MZ\x90\x00" + bytes(range(256)) * 20,
    "letter.jpg": b"Dear Ann,\nthis is a letter and no picture.\n",
    "a.svg": SVG,
    "a.html.exe": b"MZ" + SCRIPT,
    "nothing.bin": bytes(5_000),
    "cut.jpg": b"\xff\xd8\xff\xe0" + bytes(100),
}


@pytest.mark.parametrize("name", [*BOMBS, *WRONG])
def test_what_is_no_file_of_a_familys_is_refused_by_preview_and_job_alike(served: Served, name: str) -> None:
    client, url, archive = served.client("contributor"), served.url(), served.lantern.archive
    before = list(archive.sources(served.memorial.id))
    upload_id = uploaded(client, url, name, (BOMBS | WRONG)[name])
    seen = client.post(f"{url}/sources/preview", json={"uploads": [upload_id]})
    if seen.status_code == 202:
        with pytest.raises(Refused):
            done(served, seen.json()["job"])
    else:
        assert seen.status_code == 422
        assert name.partition(".")[0] in seen.json()["detail"]
    added = client.post(f"{url}/sources", json={"uploads": [upload_id]})
    assert added.status_code == 202
    with pytest.raises(Refused):
        done(served, added.json())
    assert list(archive.sources(served.memorial.id)) == before
    assert client.get(f"{url}/uploads/{upload_id}").json()["whole"] is True  # it may be tried as something else


def test_an_archive_inside_an_archive_is_never_opened(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    deep = zipped(b_dot_zip=zipped(a_dot_txt=bytes(40_000_000)))
    report = client.post(f"{url}/sources/preview", json={"uploads": [uploaded(client, url, "deep.zip", deep)]}).json()
    assert [(each["file"], each["kept"]) for each in report["report"]["added"]] == [("deep.zip/b.zip", 0)]


@pytest.mark.parametrize("name", ["a.exe", "letter.jpg", "a.svg", "nothing.bin"])
def test_what_is_no_photo_is_not_taken_for_one(served: Served, name: str) -> None:
    client, url = served.client("contributor"), served.url()
    wish = {"uploads": [uploaded(client, url, name, WRONG[name])], "kind": "photo"}
    assert client.post(f"{url}/sources/preview", json=wish).status_code == 422


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), (90, 60, 30)).save(out, kind)
    return out.getvalue()


def given(served: Served, client: TestClient, name: str, content: bytes, kind: str) -> str:
    """The id of the file once it is added."""
    wish = {"uploads": [uploaded(client, served.url(), name, content)], "kind": kind}
    done(served, client.post(served.url("/sources"), json=wish).json())
    listed = client.get(served.url("/sources")).json()["items"]
    return str(next(each["id"] for each in listed if each["file"] == name))


@pytest.mark.parametrize(
    ("name", "content", "kind", "sent_as"),
    [
        ("a.gif", picture("GIF") + b"<html>" + SCRIPT, "photo", "image/gif"),
        ("a.html", picture("JPEG") + b"<?php system($_GET['c']); ?>", "photo", "image/jpeg"),
        ("a.svg", SVG, "text", "application/octet-stream"),
        ("page.html", b"<html><body>Dear Ann,<br>hello." + SCRIPT, "text", "application/octet-stream"),
    ],
)
def test_what_is_two_things_at_once_is_never_sent_as_a_page(
    served: Served, name: str, content: bytes, kind: str, sent_as: str
) -> None:
    client = served.client("contributor")
    file_id = given(served, client, name, content, kind)
    places = [f"/sources/{file_id}/original", *([f"/photos/{file_id}"] if kind == "photo" else [])]
    for place in places:
        got = client.get(served.url(place), headers={"Accept": "text/html"})
        assert got.content == content
        assert got.headers["content-type"].partition(";")[0] == sent_as
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-disposition"].startswith("attachment;")


def test_what_was_refused_leaves_no_paper_behind_once_it_is_given_up(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    upload_id = uploaded(client, url, "a.exe", WRONG["a.exe"])
    assert client.post(f"{url}/sources/preview", json={"uploads": [upload_id]}).status_code == 422
    client.delete(f"{url}/uploads/{upload_id}")
    assert served.lantern.archive.jobs_with_papers(datetime.now(UTC)) == []
