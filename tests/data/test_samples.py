from __future__ import annotations

import subprocess
import sys

import pytest

from data.errors import UnknownMemorial
from data.importers import read_letters
from data.media import read_picture, read_sound
from data.samples import HERE, sample, sample_names
from data.types import RATE


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_sample_is_whole(name: str) -> None:
    made = sample(name)
    assert made.person.exhibit
    assert made.question
    assert made.letters
    assert made.messages
    assert min(read_picture(made.portrait).shape[:2]) >= 300
    assert len(read_sound(made.recording)) >= 5 * RATE
    for path in (*made.letters, *made.messages):
        read = read_letters(path)
        assert read.left_out == ()
        assert all(letter.date for letter in read.letters)
        assert {letter.kind for letter in read.letters} == {"message" if path in made.messages else "letter"}


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_every_text_says_at_its_head_that_it_was_written_for_a_demonstration(name: str) -> None:
    made = sample(name)
    for path in (*made.letters, *made.messages):
        assert path.read_text(encoding="utf-8").startswith(("# Written for a demonstration", "# 为演示而写"))


def test_an_unknown_sample_names_those_that_there_are() -> None:
    assert sample_names() == ["hopper", "waigong"]
    for name in ("nobody", "", "..", "hopper/../waigong"):
        with pytest.raises(UnknownMemorial, match="hopper, waigong"):
            sample(name)


def test_a_sample_is_found_without_importing_matplotlib() -> None:
    code = "import sys; from data.samples import sample; sample('hopper'); sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=HERE.parent.parent).returncode == 0
