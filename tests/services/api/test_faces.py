"""The faces of a photo are shown, so that one of them can be chosen."""

import io
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from data.importers.imported import File
from data.samples import sample
from services import portraying
from tests.services.api.conftest import Served
from tests.services.api.uploading import begun, done, uploaded

FACES = 2


@pytest.fixture(scope="module")
def two() -> bytes:
    """A photo of two people, beside each other."""
    one = Image.open(sample("hopper").portrait).convert("RGB")
    both = Image.new("RGB", (one.width * FACES, one.height))
    for place in range(FACES):
        both.paste(one, (place * one.width, 0))
    out = io.BytesIO()
    both.save(out, "PNG")
    return out.getvalue()


def kept(served: Served, content: bytes) -> str:
    """A photo of the gallery; gives its id."""
    with served.lantern.archive.adding(served.memorial.id) as adding:
        adding.add_photo("album/both.png", content)
    return served.lantern.archive.file_id(served.memorial.id, "album/both.png")


def shown(client: TestClient, place: str) -> dict[str, Any]:
    """What is told of the faces, each of which is a picture."""
    told: dict[str, Any] = client.get(place).json()
    for each in told["faces"]:
        got = client.get(each["picture"])
        assert got.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(got.content)).size == (240, 240)
    return told


def test_the_faces_of_a_photo_are_shown_and_the_chosen_one_becomes_the_portrait(served: Served, two: bytes) -> None:
    file_id, steward = kept(served, two), served.client("steward")
    told = shown(steward, served.url(f"/photos/{file_id}/faces"))
    assert (told["width"], told["height"]) == Image.open(io.BytesIO(two)).size
    left, right = told["faces"]
    assert (left["face"], right["face"]) == (1, 2)
    assert left["left"] + left["width"] < told["width"] / FACES < right["left"]
    assert steward.get(served.url(f"/photos/{file_id}/faces/3")).status_code == 404

    wish = {"photo": file_id, "face": right["face"], "size_px": 256}
    report = done(served, steward.post(served.url("/portrait"), json=wish).json())
    assert (report["shown"], report["is_new"]) == ("both.png", False)
    assert steward.get(served.url("/portrait/photo")).content == two
    assert len(steward.get(served.url("/photos")).json()["items"]) == 1


def test_the_faces_of_an_upload_are_shown_before_it_is_added_and_gone_with_it(
    served: Served, two: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, look = list[File](), portraying.faces_cut

    def counted(file: File, *, straighten: bool) -> portraying.Faces:
        looks.append(file)
        return look(file, straighten=straighten)

    monkeypatch.setattr(portraying, "faces_cut", counted)
    client, url = served.client("contributor"), served.url()
    upload_id = uploaded(client, url, "both.png", two)
    place = f"{url}/uploads/{upload_id}/faces"
    assert len(shown(client, place)["faces"]) == len(shown(client, place)["faces"]) == FACES
    assert len(looks) == 1
    assert client.delete(f"{url}/uploads/{upload_id}").status_code == 204
    assert client.get(place).status_code == client.get(f"{place}/1").status_code == 404


def test_a_photo_that_is_not_for_somebody_shows_them_no_face(served: Served) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 300)).save(out, "PNG")
    file_id = kept(served, out.getvalue())
    served.lantern.archive.memory(served.memorial.id).set_audience("album/both.png", ["Cora"])
    place = served.url(f"/photos/{file_id}/faces")
    assert served.client("contributor").get(place).status_code == 404
    assert served.client("steward").get(place).json()["faces"] == []


def test_what_is_no_photo_or_not_all_here_shows_no_face(served: Served) -> None:
    client, url = served.client("contributor"), served.url()
    part = begun(client, url, "both.png", 1_000).json()["id"]
    assert client.get(f"{url}/uploads/{part}/faces").status_code == 409
    letter = uploaded(client, url, "a.txt", b"Dear Ann,\nit rains.\n")
    assert client.get(f"{url}/uploads/{letter}/faces").status_code == 422
    (first, *_) = client.get(f"{url}/sources").json()["items"]
    assert client.get(f"{url}/photos/{first['id']}/faces").status_code == 404


@pytest.mark.parametrize("more", [{}, {"photo": "0" * 32, "uploads": ["0" * 32]}])
def test_a_portrait_is_read_of_uploads_or_of_a_photo_that_is_kept(served: Served, more: dict[str, Any]) -> None:
    assert served.client("steward").post(served.url("/portrait"), json=more).status_code == 422
