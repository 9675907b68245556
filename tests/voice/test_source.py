from __future__ import annotations

import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from data.errors import LanternError, NoLibrary, Refused
from data.types import RATE, Language
from tests.voice.small_onnx import HOP, SIGNS, write
from tests.voice.small_onnx import RATE as PIPER_RATE
from voice import flite
from voice.flite import Flite
from voice.piper import Piper
from voice.source import Espeak, Manner, Source, for_language
from voice.text import Run

TEXT = "The old house stood by the river, and nobody knew why."
needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def sources(folder: Path) -> list[Source]:
    found: list[Source] = [Espeak(), Piper.load(write(folder))]
    return [*found, Flite()] if shutil.which("flite") else found


def test_every_source_covers_its_sound_with_phonemes_and_says_the_same_twice(tmp_path: Path) -> None:
    for source in sources(tmp_path):
        speech = source.speak(TEXT, "en")
        assert speech.samples.dtype == np.float32
        starts, ends = zip(*((one.start_samples, one.end_samples) for one in speech.phonemes), strict=True)
        assert starts[1:] == ends[:-1]
        assert starts[0] < RATE // 10
        assert ends[-1] == len(speech.samples)
        said = "".join(one.ipa for one in speech.phonemes)
        assert all(sound in said for sound in ("h", "aʊ", "s", "ɪ", "v", "n", "b"))
        again = source.speak(TEXT, "en")
        assert np.array_equal(again.samples, speech.samples)
        assert again.phonemes == speech.phonemes


def test_a_slower_manner_takes_longer() -> None:
    found: list[Source] = [Espeak(), *([Flite()] if shutil.which("flite") else [])]
    for source in found:
        slow, fast = (source.within(Manner(pace=pace)).speak(TEXT, "en") for pace in (0.85, 1.1))
        assert 1.15 < len(slow.samples) / len(fast.samples) < 1.5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_builtin_source_moves_its_pitch(language: Language) -> None:
    low, high = (Espeak(Manner(pitch_octaves=octaves)).voice.pitch for octaves in (-0.2, 0.4))
    assert low < Espeak().voice.pitch < high
    assert Espeak(Manner(pitch_octaves=-9.0)).voice.pitch > 0
    assert len(Espeak(Manner(pitch_octaves=0.4)).speak("一二三 one two", language).samples) > RATE // 2


def test_noise_of_others_does_not_change_what_the_builtin_source_says() -> None:
    import ctypes

    first = Espeak().speak(TEXT, "en").samples
    for _ in range(3):
        ctypes.CDLL(None).rand()  # the breath of the voice is drawn from the process's own numbers
        assert np.array_equal(Espeak().speak(TEXT, "en").samples, first)


def test_a_stressed_word_is_read_otherwise() -> None:
    plain, stressed = (Espeak().read(Run("I never said that", "en", spans), ".") for spans in ((), ((2, 7),)))
    assert len(plain.samples) != len(stressed.samples)
    assert [one.ipa for one in plain.phonemes if one.ipa][:2] == [one.ipa for one in stressed.phonemes if one.ipa][:2]


def test_a_source_without_a_language_leaves_it_to_the_builtin_one(tmp_path: Path) -> None:
    piper = Piper.load(write(tmp_path))
    assert for_language(piper, "en") is piper
    assert for_language(piper, "zh").name == "espeak"
    with pytest.raises(LanternError, match="does not read zh"):
        piper.speak("你好", "zh")


@needs_flite
def test_flite_reads_what_looks_like_an_option_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in (
        "-version",
        "--help me",
        "-o stolen.wav",
        "$(touch here)",
        "`touch here`; touch here",
        "/etc/hostname",
    ):
        assert len(Flite().speak(text, "en").samples) > RATE // 10
    assert list(tmp_path.iterdir()) == []


@needs_flite
@pytest.mark.parametrize("text", ["", " ", "…", "你好", "\x00\x1b[2J", "🙂"])
def test_flite_gives_nothing_for_what_it_has_no_letters_for(text: str) -> None:
    assert len(Flite().speak(text, "en").samples) < RATE


@needs_flite
def test_flite_knows_where_the_vowels_are() -> None:
    speech = Flite().speak("Papa saw a sofa at the spa.", "en")
    loud = [np.abs(speech.samples[one.start_samples : one.end_samples]).mean() for one in speech.phonemes if one.ipa]
    silent = [np.abs(speech.samples[p.start_samples : p.end_samples]).mean() for p in speech.phonemes if not p.ipa]
    assert np.median(loud) > 5 * np.median(silent)


def program(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "flite"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("body", "message"),
    [("exec sleep 30", "did not finish"), ("exit 3", "could not speak"), ("exit 0", "wrote no sound")],
)
def test_a_flite_that_fails_is_an_error_of_one_line(
    body: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, body, monkeypatch)
    monkeypatch.setattr(flite, "TIMEOUT_S", 0.5)
    with pytest.raises(LanternError, match=message) as failure:
        Flite().speak("Hello", "en")
    assert "\n" not in str(failure.value)


def test_a_missing_flite_is_an_error_that_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoLibrary, match="apt-get install flite"):
        Flite()


def test_a_piper_voice_takes_its_times_from_the_network(tmp_path: Path) -> None:
    """The tiny one tells each sign's own id as its length."""
    speech = Piper.load(write(tmp_path)).speak("a zoo", "en")
    lengths = {one.ipa: one.end_samples - one.start_samples for one in speech.phonemes}
    assert lengths["z"] / lengths["ɐ"] == pytest.approx(
        (SIGNS.index("z") + SIGNS.index("ˈ")) / (SIGNS.index("ɐ") + SIGNS.index(" ")), rel=0.02
    )


def test_a_piper_voice_without_durations_shares_the_time_out(tmp_path: Path) -> None:
    speech = Piper.load(write(tmp_path, durations=False)).speak("tap", "en")
    sign = 2 * HOP * RATE / PIPER_RATE  # each with its pad
    found = [one.end_samples - one.start_samples for one in speech.phonemes if one.ipa in ("t", "p")]
    assert found == pytest.approx([2 * sign, sign], abs=2)  # the t is followed by the vowel's stress


@pytest.mark.parametrize("text", ["", "…", "   "])
def test_a_piper_voice_gives_nothing_for_nothing(text: str, tmp_path: Path) -> None:
    assert len(Piper.load(write(tmp_path)).speak(text, "en").samples) == 0


def test_a_file_that_is_no_piper_voice_is_refused_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path)
    for changed, message in (
        ({"phoneme_type": "pinyin"}, "takes pinyin"),
        ({"espeak": {"voice": "de"}}, "speaks de"),
        ({"phoneme_id_map": {}}, "no ids"),
        ({"audio": None}, "not the settings"),
    ):
        with pytest.raises(Refused, match=message) as refusal:
            Piper.load(write(tmp_path, **changed))
        assert "\n" not in str(refusal.value)
    write(tmp_path)
    path.write_bytes(b"not a network")
    with pytest.raises(Refused, match="cannot be loaded"):
        Piper.load(path)
    with pytest.raises(Refused, match="cannot be read"):
        Piper.load(tmp_path / "missing.onnx")
