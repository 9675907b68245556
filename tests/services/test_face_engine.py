"""A family chooses what moves the portrait: the photo itself, or a network whose weights they have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.archive import Archive
from data.errors import BadHome, Missing, NotReady
from face.engine import PortraitFace
from face.group import Group, Member
from services import build, face_engine
from tests.face.portraits import rig_of
from tests.face.small_musetalk import write_musetalk
from tests.services.conftest import Lantern

ANN = "Ann Lee"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def portrait(home: Path, lantern: Lantern) -> None:
    assert lantern("new", ANN).code == 0
    keep(home, rig_of("hopper").to_bytes())


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return write_musetalk(tmp_path / "weights")


def keep(home: Path, rig: bytes) -> None:
    with Archive.open(home) as archive, archive.adding(archive.find(ANN).id) as adding:
        adding.add_portrait("ann.jpg", b"a photo", rig)


def face_of(home: Path) -> str:
    with Archive.open(home) as archive:
        face = build.face(archive, archive.find(ANN))
        assert isinstance(face, PortraitFace)
        return type(face).__name__


def test_the_photo_itself_moves_until_somebody_chooses(lantern: Lantern, home: Path) -> None:
    assert lantern("portrait", "engine", ANN, "--json").json == {"engine": "portrait", "weights": None}
    assert face_of(home) == "PortraitFace"


def test_musetalk_is_chosen_with_its_weights_and_given_up_again(lantern: Lantern, home: Path, weights: Path) -> None:
    told = lantern("portrait", "engine", ANN, "musetalk", "--weights", weights, "--json").json
    assert told == {"engine": "musetalk", "weights": str(weights)}
    assert face_of(home) == "MuseTalkFace"
    assert lantern("portrait", "engine", ANN).out == "musetalk moves the portrait of Ann Lee.\n"
    assert lantern("portrait", "engine", ANN, "portrait").code == 0
    assert face_of(home) == "PortraitFace"


def test_weights_that_are_not_there_are_told_before_anything_is_chosen(lantern: Lantern, tmp_path: Path) -> None:
    ran = lantern("portrait", "engine", ANN, "musetalk", "--weights", tmp_path / "nowhere")
    assert ran.code == 3
    assert "musetalkV15/unet.pth" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert lantern("portrait", "engine", ANN, "--json").json["engine"] == "portrait"


@pytest.mark.parametrize("arguments", [("musetalk",), ("portrait", "--weights", "w"), ("--weights", "w")])
def test_an_engine_without_its_weights_and_weights_without_theirs_are_refused(
    lantern: Lantern, arguments: tuple[str, ...]
) -> None:
    ran = lantern("portrait", "engine", ANN, *arguments)
    assert ran.code == 2
    assert "--weights FOLDER" in ran.err


def test_weights_that_went_away_are_told_and_no_other_engine_takes_over(
    lantern: Lantern, home: Path, weights: Path
) -> None:
    assert lantern("portrait", "engine", ANN, "musetalk", "--weights", weights).code == 0
    (weights / "musetalkV15" / "unet.pth").unlink()
    with pytest.raises(Missing, match=r"lacks musetalkV15/unet\.pth"):
        face_of(home)


def test_several_faces_are_not_for_musetalk(lantern: Lantern, home: Path, weights: Path) -> None:
    assert lantern("portrait", "engine", ANN, "musetalk", "--weights", weights).code == 0
    rig = rig_of("hopper")
    alone = Member(rig, 0, 0, 1, np.full(rig.size, 255, np.uint8))
    keep(home, Group(rig.photo, (alone, alone), 0, ()).to_bytes())
    with pytest.raises(NotReady, match="here are several"):
        face_of(home)


def test_a_choice_that_cannot_be_read_is_told(home: Path) -> None:
    with Archive.open(home) as archive:
        memorial = archive.find(ANN)
        with archive.adding(memorial.id) as adding:
            adding.set_model_files({face_engine.CHOICE: b'{"engine": '})
        with pytest.raises(BadHome, match="choose anew"):
            face_engine.chosen(archive, memorial.id)
