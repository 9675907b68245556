"""A family hears what was made of the recordings, writes down what they say, and chooses how the memorial sounds."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from data.archive import Archive
from data.media import read_clip, read_sound
from data.types import RATE
from services import voices
from tests.services.conftest import Lantern

GRACE = "Grace Hopper"


def loudness(path: Path) -> float:
    return float(np.sqrt(np.mean(np.square(read_sound(path)))))


def test_the_report_says_in_one_word_whether_it_resembles_them(lantern: Lantern) -> None:
    told = lantern("voice", GRACE, "report", "--json").json
    assert told["resemblance"]["word"] in {"yes", "somewhat", "no"}
    assert told["resemblance"]["others"] >= 10
    assert 1 <= told["resemblance"]["rank"] <= told["resemblance"]["others"] + 1
    assert told["speech_s"] > 10
    assert told["mode"] == "cloned"
    assert not told["is_chosen"]
    assert told["files"] == ["recording.ogg"]
    lines = lantern("voice", GRACE).out.splitlines()
    assert not re.search("line-up|xtts|formant", "".join(lines), re.IGNORECASE)
    assert len(lines) >= 3
    assert all(line.strip() for line in lines)


def test_what_it_says_is_a_labelled_recording(lantern: Lantern, tmp_path: Path) -> None:
    out = tmp_path / "said.wav"
    told = lantern("voice", GRACE, "say", "The harbour was quiet.", "--out", str(out), "--json").json
    assert told["duration_s"] == pytest.approx(len(read_sound(out)) / RATE, abs=0.01)
    assert loudness(out) > 0.01
    assert b"AI-generated likeness" in out.read_bytes()


def test_a_page_plays_their_recordings_beside_the_voice(lantern: Lantern, tmp_path: Path) -> None:
    out = tmp_path / "voice.html"
    assert f"listen to {GRACE}" in lantern("voice", GRACE, "compare", "--out", str(out)).out
    page = out.read_text()
    assert page.count("<audio") >= 2
    assert page.count("<img") == page.count("<audio")
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert f'lantern voice "{GRACE}" use' in html.unescape(page)


def test_pieces_are_written_down_recalled_and_corrected(lantern: Lantern, home: Path, tmp_path: Path) -> None:
    pieces = lantern("voice", GRACE, "pieces", "--json").json["pieces"]
    assert all(piece["end_ms"] - piece["start_ms"] <= 6_500 for piece in pieces)
    first, second = (each["number"] for each in [piece for piece in pieces if piece["theirs"]][:2])
    assert (
        lantern("voice", GRACE, "write", str(first), "The  kettle sang all afternoon.", "--json").json["written"] == 1
    )
    page = tmp_path / "said.json"
    ids = [f"{each['file']}#{each['start_ms']}-{each['end_ms']}" for each in pieces]
    said = {ids[first - 1]: "The kettle sang all morning.", ids[second - 1]: "Nobody minded."}
    page.write_text(json.dumps(said))
    assert lantern("voice", GRACE, "write", str(page), "--json").json["written"] == 2
    with Archive.open(home) as archive:
        found = archive.find(GRACE)
        written = {each.text for each in archive.stretches(found.id)}
        assert written == set(said.values())
        assert written <= {letter.text for letter in archive.letters(found.id)}
    assert lantern("voice", GRACE, "write", str(first), "", "--json").json["written"] == 1
    page.write_text(json.dumps({"recording.ogg#1-2": "Heard otherwise since."}))
    assert lantern("voice", GRACE, "write", str(page)).code == 2


@pytest.mark.parametrize("piece", ["0", "999", "-1", "first"])
def test_a_piece_that_is_none_is_refused_in_one_line(lantern: Lantern, piece: str) -> None:
    ran = lantern("voice", GRACE, "write", "--", piece, "Words.")
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1


def test_a_recording_that_is_left_out_takes_its_voice_with_it(lantern: Lantern, home: Path, tmp_path: Path) -> None:
    assert lantern("voice", GRACE, "pieces", "--json").json["pieces"]
    left = lantern("memory", GRACE, "leave-out", "recording.ogg", "--json").json
    assert "enrol" in left["voice"]
    assert lantern("voice", GRACE, "pieces", "--json").json["pieces"] == []
    out = tmp_path / "said.wav"
    for verb in (["say", "Hello.", "--out", str(out)], ["compare"], ["report"], ["enrol"]):
        ran = lantern("voice", GRACE, *verb)
        assert ran.code == 2, verb
        assert len([line for line in ran.err.splitlines() if "left out" in line]) == 1
    clip = tmp_path / "answer.mp4"
    ran = lantern("ask", GRACE, "How did you learn mathematics?", "--clip", str(clip))
    assert (ran.code, clip.exists()) == (2, False)
    assert "learn it anew" in ran.err
    with Archive.open(home) as archive:
        assert not voices.speaks(archive, archive.find(GRACE).id)
    lantern("memory", GRACE, "undo", left["id"])
    assert lantern("voice", GRACE, "say", "Hello.", "--out", str(out)).code == 0


def test_names_are_taught_and_forgotten(lantern: Lantern) -> None:
    assert "No names are kept" in lantern("voice", GRACE, "name").out
    assert lantern("voice", GRACE, "name", "Nietzsche", "/ˈniːtʃə/", "--json").json == {"Nietzsche": "/ˈniːtʃə/"}
    assert lantern("voice", GRACE, "name", "Wang", "").code == 2
    assert lantern("voice", GRACE, "name", "nietzsche", "--forget", "--json").json == {}


def test_a_voice_that_is_learnt_anew_waits_until_somebody_has_heard_it(lantern: Lantern, tmp_path: Path) -> None:
    assert lantern("voice", GRACE, "enrol", "--json").json["waiting"]
    unheard = lantern("voice", GRACE, "adopt")
    assert unheard.code == 2
    assert f'lantern voice "{GRACE}" compare --new' in unheard.err
    assert lantern("voice", GRACE, "compare", "--new", "--out", str(tmp_path / "new.html")).code == 0
    assert lantern("voice", GRACE, "adopt").code == 0
    assert lantern("voice", GRACE, "adopt").code == 2


def test_a_memorial_without_a_voice_is_read(lantern: Lantern, tmp_path: Path) -> None:
    assert lantern("voice", GRACE, "use", "off").code == 0
    clip = tmp_path / "answer.mp4"
    told = lantern("ask", GRACE, "How did you learn mathematics?", "--clip", str(clip), "--json").json
    assert told["duration_s"] > 1
    film = read_clip(clip)
    assert film.sound is not None
    assert float(np.abs(film.sound).max()) < 1e-3
    picture = list(film.frames())[10]
    below = picture[round(0.7 * film.height) : round(0.87 * film.height)]
    assert (below.max(axis=2) > 225).mean() > 0.01  # letters


@pytest.mark.parametrize("mode", voices.MODES)
def test_every_choice_is_kept(lantern: Lantern, mode: voices.Mode) -> None:
    assert lantern("voice", GRACE, "use", mode, "--json").json == {"mode": mode}
    assert lantern("voice", GRACE, "report", "--json").json["mode"] == mode


def test_a_memorial_without_recordings_says_what_to_do(lantern: Lantern) -> None:
    for verb in (["enrol"], ["report"], ["pieces"], ["say", "Hello."], ["compare"]):
        ran = lantern("voice", "Ann Lee", *verb)
        assert ran.code == 2, verb
        assert len(ran.err.strip().splitlines()) == 1
        assert "lantern" in ran.err
