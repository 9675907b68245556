"""A family looks who is in a photo, chooses, gives several photos or a video, and marks a face that nobody finds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from data.archive import Archive, Memorial
from data.types import FPS, Picture
from face.group import Group, is_group
from face.manner import USUAL
from face.pose import Pose
from face.renderer import Renderer
from face.rig import FORMAT, Rig
from services import build
from services.portraying import read_again
from tests.face.framed import framed_photo
from tests.face.portraits import photo, rig_of
from tests.services.conftest import Lantern, Ran

ANN = "Ann Lee"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def memorial(home: Path, lantern: Lantern) -> None:
    assert lantern("new", ANN).code == 0


@pytest.fixture
def archive(home: Path, memorial: None) -> Iterator[Archive]:
    with Archive.open(home) as opened:
        yield opened


def saved(picture: Picture, path: Path, **how: object) -> Path:
    Image.fromarray(picture).save(path, **how)  # type: ignore[arg-type]
    return path


def pair() -> Picture:
    heads = [cv2.resize(photo(name), (460, 552), interpolation=cv2.INTER_AREA) for name in ("hopper", "waigong")]
    return np.asarray(np.hstack(heads), np.uint8)


def video(path: Path, frames: list[Picture]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def rig(archive: Archive, memorial: Memorial) -> Rig:
    blob = archive.rig(memorial.id)
    assert blob is not None
    return Rig.from_bytes(blob)


# --- the faces of a photo ------------------------------------------------------------------------------------------


def test_every_face_is_told_and_shown_with_its_number(lantern: Lantern, tmp_path: Path) -> None:
    sheet = tmp_path / "faces.png"
    told = lantern("portrait", "faces", saved(pair(), tmp_path / "two.png"), "--out", sheet, "--json").json
    assert [face["face"] for face in told["faces"]] == [1, 2]
    assert all(face["measured"] for face in told["faces"])
    with Image.open(sheet) as image:
        assert image.width > image.height
        assert "AIGC" in image.info
    lines = lantern("portrait", "faces", tmp_path / "two.png").out.splitlines()
    assert [line[0] for line in lines if line[0] != " "] == ["1", "2"]


def test_a_photo_of_a_framed_photo_is_straightened_unless_it_is_wanted_as_it_is(
    lantern: Lantern, tmp_path: Path
) -> None:
    table = saved(framed_photo(photo("hopper")), tmp_path / "table.jpg")
    assert lantern("portrait", "faces", table, "--json").json["straightened"]
    assert not lantern("portrait", "faces", table, "--as-is", "--json").json["straightened"]


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_chosen_face_in_a_chosen_frame_becomes_the_portrait(
    lantern: Lantern, archive: Archive, tmp_path: Path
) -> None:
    two = saved(pair(), tmp_path / "two.png")
    refused = lantern("portrait", "read", ANN, two)
    assert refused.code == 2
    assert "--face N" in refused.err
    assert lantern("portrait", "read", ANN, two, "--face", "2", "--frame", "landscape", "--size", "360").code == 0
    read = rig(archive, archive.find(ANN))
    assert read.size == (360, 640)
    assert read.chosen.face == 2


def test_everybody_moves_and_the_chosen_one_speaks(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    two = saved(pair(), tmp_path / "two.png")
    assert lantern("portrait", "read", ANN, two, "--face", "all", "--speaker", "1", "--size", "300").code == 0
    blob = archive.rig(archive.find(ANN).id)
    assert blob is not None
    assert is_group(blob)
    assert Group.from_bytes(blob).speaker == 0
    shot = next(iter(build.face(archive, archive.find(ANN)).idle()))
    assert shot.frames.shape[1:3] == Group.from_bytes(blob).size


def test_what_is_to_be_said_of_several_photos_is_said_once(lantern: Lantern, tmp_path: Path) -> None:
    small = np.asarray(cv2.resize(photo("hopper"), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA), np.uint8)
    other = small.copy()
    other[0, 0] = 0
    ran = lantern("add", ANN, saved(small, tmp_path / "a.png"), saved(other, tmp_path / "b.png"))
    told = [line for line in ran.err.splitlines() if "pixels wide" in line]
    assert len(told) == 1
    assert "a.png, b.png: the face is only" in told[0]


def test_a_marked_pet_becomes_a_portrait(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    cat = saved(np.asarray(skimage.data.chelsea(), np.uint8), tmp_path / "cat.png")  # type: ignore[no-untyped-call]
    assert lantern("portrait", "read", ANN, cat).code == 2
    marks = ("--eyes", "164,111", "305,129", "--mouth", "213,262", "268,270")
    assert lantern("portrait", "read", ANN, cat, *marks).code == 0
    assert rig(archive, archive.find(ANN)).chosen.marks == (164, 111, 305, 129, 213, 262, 268, 270)


def test_a_video_gives_its_best_frame_and_the_manner(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    renderer = Renderer(rig_of("waigong"))
    frames = [renderer.render(Pose(shift_x=0.2 * float(np.sin(frame / 10)))) for frame in range(7 * FPS)]
    ran = lantern("portrait", "read", ANN, video(tmp_path / "talk.mp4", frames))
    assert ran.code == 0
    assert "of the video" in ran.err
    assert rig(archive, archive.find(ANN)).manner != USUAL
    assert [name for name, _ in archive.photos(archive.find(ANN).id)] == ["talk.png"]


def test_several_photos_are_kept_and_one_of_them_is_shown(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    calm, stranger = saved(photo("waigong"), tmp_path / "calm.png"), saved(photo("child"), tmp_path / "child.png")
    told = lantern("portrait", "read", ANN, calm, stranger, "--json").json
    assert told["shown"] == "calm.png"
    assert any("same person" in line for line in told["told"])
    assert any(line == "kept among the photos all the same: child.png" for line in told["told"])
    assert len(list(archive.photos(archive.find(ANN).id))) == 2


def test_photos_of_one_name_are_kept_under_names_of_their_own_without_their_folders(
    lantern: Lantern, archive: Archive, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    both = saved(photo("waigong"), tmp_path / "a.png"), saved(rig_of("waigong").photo, tmp_path / "old" / "a.png")
    assert lantern("portrait", "read", ANN, *both).code == 0
    assert {name for name, _ in archive.photos(archive.find(ANN).id)} == {"a.png", "a 2.png"}


def swaying(name: str, still: str | None = None) -> list[Picture]:
    """Somebody who sways for seven seconds; another, larger, stands still at their left."""
    renderer = Renderer(rig_of(name))
    frames = [renderer.render(Pose(shift_x=0.2 * float(np.sin(frame / 10)))) for frame in range(7 * FPS)]
    if still is None:
        return frames
    large = cv2.resize(rig_of(still).photo, (frames[0].shape[0], frames[0].shape[0]))
    small = [
        cv2.copyMakeBorder(cv2.resize(each, None, fx=0.75, fy=0.75), *BORDER, cv2.BORDER_REPLICATE) for each in frames
    ]
    return [np.asarray(np.hstack((large, each)), np.uint8) for each in small]


BORDER = (64, 64, 0, 0)  # px above, below and aside


def test_a_strangers_manner_is_not_taken_from_their_video(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    calm, film = saved(photo("waigong"), tmp_path / "calm.png"), video(tmp_path / "talk.mp4", swaying("child"))
    told = lantern("portrait", "read", ANN, calm, film, "--json").json
    assert told["shown"] == "calm.png"
    assert "talk.png: how they move is not taken from this video" in told["told"]
    assert rig(archive, archive.find(ANN)).manner == USUAL


def test_in_a_video_the_chosen_face_is_followed_alone_and_among_everybody(
    lantern: Lantern, archive: Archive, tmp_path: Path
) -> None:
    film = video(tmp_path / "two.mp4", swaying("waigong", "hopper"))
    assert lantern("portrait", "read", ANN, film, "--face", "2").code == 0
    alone = rig(archive, archive.find(ANN))
    assert alone.chosen.face == 2
    assert alone.manner.sway_e == pytest.approx(0.2 / np.sqrt(2), rel=0.4)
    ran = lantern("portrait", "read", ANN, film, "--face", "all", "--speaker", "2", "--size", "300")
    assert "of the video shows them best" in ran.err
    blob = archive.rig(archive.find(ANN).id)
    assert blob is not None
    first, second = Group.from_bytes(blob).members
    assert (first.rig.manner, second.rig.manner) == (USUAL, alone.manner)


# --- what cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--eyes", "1,2", "3,4"), "mark both eyes"),
        (("--eyes", "a,b", "3,4", "--mouth", "1,2", "3,4"), "x and y in pixels"),
        (("--face", "some"), "say a number"),
        (("--speaker", "2"), "--face all"),
        (("--eyes", "9,9", "90,9", "--mouth", "9,90", "90,90"), "give one photo"),
        (("--eyes", "9,9", "90,9", "--mouth", "9,90", "90,90", "--face", "all"), "leave --face all out"),
        (("--eyes", "9,9", "90,9", "--mouth", "9,90", "90,90", "--face", "1"), "leave --face out"),
        (("--face", "all", "--frame", "portrait"), "leave --frame out"),
    ],
)
def test_words_that_do_not_fit_together_are_refused(
    lantern: Lantern, tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    files = [saved(photo("child"), tmp_path / f"{number}.jpg") for number in (1, 2)]
    ran = lantern("portrait", "read", ANN, *files, *more)
    assert ran.code == 2
    assert told in ran.err


def odd_pictures(folder: Path) -> Iterator[tuple[Path, int]]:
    """Files and the code with which they are met."""
    hopper = photo("hopper")
    yield saved(np.zeros((1, 1, 3), np.uint8), folder / "dot.png"), 2
    image = Image.fromarray(hopper)
    image.convert("CMYK").save(folder / "print.jpg")
    yield folder / "print.jpg", 0
    image.putalpha(200)
    image.save(folder / "clear.png")
    yield folder / "clear.png", 0
    sixteen = cv2.cvtColor(hopper, cv2.COLOR_RGB2BGR).astype(np.uint16) * 257
    cv2.imwrite(str(folder / "deep.png"), sixteen)
    yield folder / "deep.png", 0
    first, second = Image.fromarray(hopper), Image.fromarray(np.zeros_like(hopper))
    first.save(folder / "moving.gif", save_all=True, append_images=[second], duration=100)
    yield folder / "moving.gif", 0
    turned = Image.Exif()
    turned[0x0112] = 6
    yield saved(np.ascontiguousarray(np.rot90(hopper)), folder / "turned.jpg", exif=turned), 0
    yield video(folder / "one.mp4", [hopper[:598, :510]]), 0
    (folder / "text.jpg").write_text("no picture")
    yield folder / "text.jpg", 2


def test_odd_files_are_read_or_refused_in_one_line(lantern: Lantern, tmp_path: Path) -> None:
    for path, code in odd_pictures(tmp_path):
        ran = lantern("portrait", "read", ANN, path)
        assert (path.name, ran.code) == (path.name, code), ran.err
        refusals = [line for line in ran.err.splitlines() if line.startswith("lantern:")]
        assert len(refusals) == (code != 0), path.name
        assert "Traceback" not in ran.err


def test_a_video_given_as_a_photo_is_sent_to_who_can_use_it(lantern: Lantern, tmp_path: Path) -> None:
    ran: Ran = lantern("portrait", "faces", video(tmp_path / "talk.mp4", [photo("hopper")[:598, :510]]))
    assert ran.code == 2
    assert "lantern portrait read MEMORIAL talk.mp4" in ran.err


# --- a rig of another version --------------------------------------------------------------------------------------


def aged(blob: bytes) -> bytes:
    """The rig as the version before would have kept it."""
    with np.load(io.BytesIO(blob)) as archive:
        arrays = {name: archive[name] for name in archive.files}
    plain = json.loads(arrays["plain"].tobytes())
    assert plain["format"] == FORMAT
    arrays["plain"] = np.frombuffer(json.dumps({**plain, "format": FORMAT - 1}).encode(), np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def test_a_rig_of_another_version_is_read_again_from_the_photo_as_it_was_chosen(
    lantern: Lantern, archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = saved(pair(), tmp_path / "two.png")
    assert lantern("portrait", "read", ANN, two, "--face", "2", "--size", "300").code == 0
    found = archive.find(ANN)
    before = rig(archive, found)
    with archive.adding(found.id) as adding:
        adding.add_portrait("two.png", two.read_bytes(), aged(before.to_bytes()))
    capsys.readouterr()
    shot = next(iter(build.face(archive, found).idle()))
    assert "read again from its photo" in capsys.readouterr().err
    assert shot.frames.shape[1:3] == (300, 300)
    np.testing.assert_array_equal(rig(archive, found).photo, before.photo)
    assert len(list(archive.photos(found.id))) == 1
    next(iter(build.face(archive, found).idle()))
    assert capsys.readouterr().err == ""


def test_a_portrait_that_is_read_meanwhile_stays_the_latest(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    old, new = saved(photo("waigong"), tmp_path / "old.png"), saved(photo("hopper"), tmp_path / "new.png")
    found = archive.find(ANN)
    assert lantern("portrait", "read", ANN, old).code == 0
    before = archive.rig(found.id)
    assert before is not None
    assert lantern("portrait", "read", ANN, new).code == 0
    latest = archive.rig(found.id)
    assert read_again(archive, found, before, lambda _: None) == latest
    assert archive.rig(found.id) == latest


def test_what_other_photos_lent_is_said_to_be_gone(lantern: Lantern, archive: Archive, tmp_path: Path) -> None:
    found, said = archive.find(ANN), list[str]()
    photos = [saved(photo(name), tmp_path / f"{name}.png") for name in ("waigong", "child")]
    assert lantern("portrait", "read", ANN, photos[0]).code == 0
    for path in photos:
        read_again(archive, found, archive.rig(found.id) or b"", said.append)
        assert any("teeth or closed eyes" in line for line in said) == (path == photos[1])
        with archive.adding(found.id) as adding:
            adding.add_photo("child.png", photos[1].read_bytes())
