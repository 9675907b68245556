"""Source speech through the program `flite`, where it is installed. Knows nothing of persons. English alone.

flite (Black and Lenzo, 2001) sounds smoother than espeak-ng. It is run for one clause at a time, with no shell in
between; its sound comes back through memory, so that nothing of what is said touches the disk.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import unicodedata
import wave
from collections.abc import Iterator
from math import gcd

import numpy as np

from data.errors import LanternError, NoLibrary
from data.types import RATE, Language, Phoneme, Wave
from voice.espeak import Speech
from voice.source import USUAL, Manner
from voice.text import Run

VOICES = {True: "slt", False: "rms"}  # by `Manner.high`
TIMEOUT_S = 20.0  # a clause takes a tenth of a second
_TIMED = re.compile(r"([a-z]+):(\d+\.\d+)")
_WORD = re.compile(r"[A-Za-z0-9']+")

ARPABET = {
    "aa": "ɑː", "ae": "æ", "ah": "ʌ", "ao": "ɔː", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ", "b": "b", "ch": "tʃ",
    "d": "d", "dh": "ð", "dx": "ɾ", "eh": "ɛ", "er": "ɜː", "ey": "eɪ", "f": "f", "g": "ɡ", "hh": "h", "ih": "ɪ",
    "iy": "iː", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n", "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p",
    "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ", "uh": "ʊ", "uw": "uː", "v": "v", "w": "w", "y": "j", "z": "z",
    "zh": "ʒ", "pau": "",
}  # fmt: skip


class Flite:
    """A `Source`. flite tells no stress, so its phonemes carry none, and it cannot change its pitch."""

    name = "flite"
    languages: frozenset[Language] = frozenset(("en",))

    def __init__(self, manner: Manner = USUAL) -> None:
        self._manner = manner
        found = shutil.which("flite")
        if found is None:
            raise NoLibrary("flite is not installed; install it with: apt-get install flite")
        if not hasattr(os, "memfd_create"):
            raise NoLibrary("flite can be the source of speech on Linux only; leave it out, and espeak-ng reads")
        self._program = found

    def within(self, manner: Manner) -> Flite:
        """In another manner."""
        return Flite(manner)

    def read(self, run: Run, mark: str) -> Speech:
        """As plain text: flite knows neither stresses nor given sounds."""
        return self.speak(run.text + mark, run.language)

    def speak(self, text: str, language: Language) -> Speech:
        """Letters lose their accents; what flite has no letters for is not spoken."""
        if language not in self.languages:
            raise LanternError(f"flite reads English alone, not {language}")
        return self.speak_as(text, VOICES[self._manner.high], self._manner.pace)

    def speak_as(self, text: str, voice: str, pace: float) -> Speech:
        """English by one of the program's voices."""
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if " " <= sign <= "~")
        words = tuple(match.span() for match in _WORD.finditer(text))
        if not _WORD.search(plain):
            return Speech(np.zeros(0, np.float32), (), ())
        written, timed = self._run(plain, voice, pace)
        samples = _read(written)
        return Speech(samples, tuple(_phonemes(timed, len(samples))), words)

    def _run(self, text: str, voice: str, pace: float) -> tuple[bytes, str]:
        """The sound as a WAV file, and the phones with their ends."""
        sound = os.memfd_create("flite")
        options = ["-voice", voice, "--setf", f"duration_stretch={1 / pace:.4f}", "-psdur"]
        try:
            done = subprocess.run(  # noqa: S603  # a list, not a shell; `-t` takes the next word whatever it begins with
                [self._program, *options, "-o", f"/dev/fd/{sound}", "-t", text],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=TIMEOUT_S,
                pass_fds=(sound,),
            )
            return os.pread(sound, os.fstat(sound).st_size, 0), done.stdout.decode("ascii", "ignore")
        except subprocess.TimeoutExpired as err:
            raise LanternError(f"flite did not finish a clause within {TIMEOUT_S:.0f} s") from err
        except (subprocess.CalledProcessError, OSError) as err:
            raise NoLibrary("flite could not speak; install it again, or use espeak-ng as the source") from err
        finally:
            os.close(sound)


def _read(written: bytes) -> Wave:
    from scipy.signal import resample_poly

    try:
        with wave.open(io.BytesIO(written)) as file:
            rate = file.getframerate()
            raw = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    except (wave.Error, EOFError) as err:
        raise NoLibrary("flite wrote no sound; install it again, or use espeak-ng as the source") from err
    common = gcd(RATE, rate)
    return np.asarray(resample_poly(raw.astype(np.float32) / 32_768, RATE // common, rate // common), dtype=np.float32)


def _phonemes(timed: str, samples: int) -> Iterator[Phoneme]:
    start = 0
    for phone, end_s in _TIMED.findall(timed):
        end = min(round(float(end_s) * RATE), samples)
        if end > start:
            yield Phoneme(ARPABET.get(phone, ""), start, end)
            start = end
    if start < samples:
        yield Phoneme("", start, samples)
