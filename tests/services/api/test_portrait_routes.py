"""The face that speaks, the photos, and the lines that a machine could not read surely."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from data.errors import NoFace
from data.identity import Passage
from data.samples import sample
from data.types import Letter
from orchestrator.job import Abandoned, Job
from services.live import loops
from tests.services.api.conftest import Served
from tests.services.api.uploading import done, uploaded

PHOTO = sample("hopper").portrait.read_bytes()


def picture(kind: str = "PNG", shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 60, 30)).save(out, kind)
    return out.getvalue()


def wall() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 30).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_the_portrait_says_what_it_is(talking: Served) -> None:
    client = talking.client("visitor")
    told = client.get(talking.url("/portrait"))
    assert told.status_code == 200
    assert (told.json()["everybody"], told.json()["engine"]) == (False, "portrait")
    assert told.json()["width"] == told.json()["height"] > 0
    again = client.get(talking.url("/portrait"), headers={"If-None-Match": told.headers["ETag"]})
    assert again.status_code == 304


def test_its_photo_is_the_familys_own(talking: Served) -> None:
    client = talking.client("visitor")
    got = client.get(talking.url("/portrait/photo"))
    assert got.content == PHOTO
    assert (got.headers["content-type"], got.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    part = client.get(talking.url("/portrait/photo"), headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, PHOTO[:10])
    assert client.head(talking.url("/portrait/photo")).headers["content-length"] == str(len(PHOTO))


def test_without_one_there_is_nothing(served: Served) -> None:
    assert served.client("visitor").get(served.url("/portrait")).status_code == 404
    assert served.client("visitor").get(served.url("/portrait/photo")).status_code == 404


def test_a_portrait_is_read_of_an_upload_by_a_steward(served: Served) -> None:
    steward, url = served.client("steward"), served.url()
    wish = {"uploads": [uploaded(steward, url, "her.jpg", PHOTO)], "size_px": 256}
    assert served.client("contributor").post(f"{url}/portrait", json=wish).status_code == 403
    answer = steward.post(f"{url}/portrait", json=wish)
    assert (answer.status_code, answer.json()["kind"]) == (202, "portrait")
    archive, job_id = served.lantern.archive, answer.json()["id"]
    told = json.loads(archive.paper(served.memorial.id, job_id, "order") or b"")
    del told["photo"]  # as orders of before were
    with archive.adding(served.memorial.id) as adding:
        adding.remove_papers(job_id, "order")
        adding.add_paper(job_id, "order", json.dumps(told).encode())
    report = done(served, answer.json())
    assert (report["shown"], report["is_new"]) == ("her.jpg", True)
    assert served.client("visitor").get(f"{url}/portrait").json()["width"] == 256
    assert steward.get(f"{url}/uploads").json()["items"] == []
    assert [each["file"] for each in steward.get(f"{url}/photos").json()["items"]] == ["her.jpg"]


def test_a_portrait_is_kept_before_its_loops_are_rendered_and_both_only_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward, url, archive, rigs = served.client("steward"), served.url(), served.lantern.archive, list[bytes | None]()

    def make_ready(job: Job) -> None:
        rigs.append(archive.rig(job.memorial_id))
        assert job.paper("order") is None  # so that it is not cancelled any more
        if len(rigs) == 1:
            raise Abandoned

    monkeypatch.setattr(loops, "make_ready", make_ready)
    wish = {"uploads": [uploaded(steward, url, "her.jpg", PHOTO)], "size_px": 256}
    job = steward.post(f"{url}/portrait", json=wish).json()
    with pytest.raises(Abandoned):
        done(served, job)
    assert done(served, job)["shown"] == "her.jpg"
    assert rigs[0] == rigs[1] is not None


def test_a_photo_without_a_face_is_refused_and_may_be_tried_again(served: Served) -> None:
    steward, url = served.client("steward"), served.url()
    upload_id = uploaded(steward, url, "wall.png", wall())
    job = steward.post(f"{url}/portrait", json={"uploads": [upload_id]}).json()
    with pytest.raises(NoFace):
        done(served, job)
    assert steward.get(f"{url}/uploads/{upload_id}").json()["whole"] is True


@pytest.mark.parametrize(
    "more",
    [
        {"size_px": 9_000},
        {"face": 0},
        {"face": "some"},
        {"eyes": [[1, 2], [3, 4]]},
        {"chin": [1, 2]},
        {"uploads": []},
        {"colour": True},
    ],
)
def test_wishes_that_do_not_fit_are_refused_at_once(served: Served, more: dict[str, object]) -> None:
    steward, url = served.client("steward"), served.url()
    wish = {"uploads": [uploaded(steward, url, "her.jpg", picture("JPEG"))], **more}
    assert steward.post(f"{url}/portrait", json=wish).status_code == 422


@pytest.mark.parametrize("more", [{"speaker": 2}, {"face": "all", "frame": "square"}])
def test_wishes_that_exclude_each_other_are_known_as_such(served: Served, more: dict[str, object]) -> None:
    refused = served.client("steward").post(served.url("/portrait"), json={"uploads": ["0" * 32], **more})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-together")


def test_photos_are_listed_and_shown_to_those_whom_they_are_for(served: Served) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    with archive.adding(memorial_id) as adding:
        adding.add_photo("garden.png", picture(shade=1), None, "1961-05-01")
        adding.add_photo("secret.png", picture(shade=2))
    archive.memory(memorial_id).set_audience("secret.png", ["Cora"])
    steward, contributor = served.client("steward"), served.client("contributor")
    there = {each["file"]: each for each in steward.get(served.url("/photos")).json()["items"]}
    assert list(there) == ["garden.png", "secret.png"]
    assert there["garden.png"]["date"] == "1961-05-01"
    assert [each["file"] for each in contributor.get(served.url("/photos")).json()["items"]] == ["garden.png"]
    place = served.url(f"/photos/{there['secret.png']['id']}")
    assert contributor.get(place).status_code == 404
    assert steward.get(place).content == picture(shade=2)
    letter = next(
        each for each in steward.get(served.url("/sources")).json()["items"] if each["kinds"] == {"letter": 1}
    )
    assert steward.get(served.url(f"/photos/{letter['id']}")).status_code == 404


def test_a_photo_that_browsers_do_not_show_is_shown_as_png(served: Served) -> None:
    archive = served.lantern.archive
    with archive.adding(served.memorial.id) as adding:
        adding.add_photo("old.tif", picture("TIFF"))
    steward = served.client("steward")
    (there,) = steward.get(served.url("/photos")).json()["items"]
    got = steward.get(served.url(f"/photos/{there['id']}"))
    assert got.headers["content-type"] == "image/png"
    assert np.array_equal(np.array(Image.open(io.BytesIO(got.content))), np.array(Image.open(io.BytesIO(picture()))))
    assert steward.get(served.url(f"/sources/{there['id']}/original")).content == picture("TIFF")


def scan(line: str) -> bytes:
    page = Image.new("RGB", (900, 220), "white")
    font = ImageFont.truetype(str(_font()), 44)
    ImageDraw.Draw(page).text((40, 80), line, "black", font=font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def _font() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"


def test_a_doubtful_line_is_shown_with_its_scan_and_put_right(served: Served) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    line = "I met her at the bakers"
    with archive.adding(memorial_id) as adding:
        adding.add_passages([Passage(Letter("scan.png", f"{line}\nGrace", None, doubtful=(line,)))], scan(line))
    client = served.client("contributor")
    assert served.client("visitor").get(served.url("/doubtful")).status_code == 403
    (told,) = client.get(served.url("/doubtful")).json()["items"]
    assert (told["file"], told["line"]) == ("scan.png", line)
    seen = client.get(served.url(f"/doubtful/{told['id']}/scan"))
    assert seen.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(seen.content)).size[0] > 300
    refused = client.post(served.url(f"/doubtful/{told['id']}"), json={"text": "two\nlines"})
    assert refused.status_code == 422
    right = client.post(served.url(f"/doubtful/{told['id']}"), json={"text": "I met her at the baker's"})
    assert right.json() == {"id": told["id"], "text": "I met her at the baker's"}
    assert client.get(served.url("/doubtful")).json()["items"] == []
    assert client.post(served.url(f"/doubtful/{told['id']}"), json={}).status_code == 404
    assert any("baker's" in each.text for each in archive.letters(memorial_id))


def test_a_doubtful_line_of_a_file_that_is_not_for_somebody_is_not_there_for_them(served: Served) -> None:
    archive, memorial_id = served.lantern.archive, served.memorial.id
    with archive.adding(memorial_id) as adding:
        adding.add_passages([Passage(Letter("scan.png", "a line", None, doubtful=("a line",)))], picture())
    archive.memory(memorial_id).set_audience("scan.png", ["Cora"])
    (told,) = served.client("steward").get(served.url("/doubtful")).json()["items"]
    contributor = served.client("contributor")
    assert contributor.get(served.url("/doubtful")).json()["items"] == []
    assert contributor.get(served.url(f"/doubtful/{told['id']}/scan")).status_code == 404
    assert contributor.post(served.url(f"/doubtful/{told['id']}"), json={}).status_code == 404
