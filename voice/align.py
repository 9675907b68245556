"""Where each phone of known English words lies in a recording. Knows nothing of whose voice it is.

Forced alignment by pocketsphinx and the English model inside it: first the words are laid along the sound, then the
phones of the pronunciations that fitted. A word that its dictionary lacks is spelt from espeak-ng's phonemes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import resample_poly

from data.errors import BadRecording, BadText, NoLibrary
from data.types import RATE, Wave
from voice.arpabet import PAUSE, spell

if TYPE_CHECKING:
    from pocketsphinx import Decoder

RECOGNISER_RATE = 16_000  # samples a second
FRAME_SAMPLES = RATE // 100  # its frames of 10 ms, in our samples
LEVEL = 0.08  # root mean square that it is given
FLOOR_DB = -55.0  # of the noise laid under it: digital silence upsets its cepstral mean and costs half of the words
MARGIN_S = 0.1  # of that noise before and after, for its silence model
LEAST_S = 0.3  # of sound for one word

# Log likelihood a frame of the median phone, against the best model of each frame. Sentences in synthetic voices had
# −8 to −20 with their own words, −15 to −20 in noise 20 dB below, −18 to −30 in a reverberant room, −27 to −40 in noise
# 10 dB below; with another sentence's words −40 to −69, where they could be laid along it at all. So what is as noisy
# as the last is refused at times with the right words, which is the lesser harm.
LEAST_FIT = -35.0
_FILLERS = {"SIL", "+NSN+", "+SPN+", "+BREATH+", "+COUGH+", "+NOISE+", "+SMACK+", "+UH+", "+UM+"}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Phone:
    """An ARPABET phone without stress, or `PAUSE`; `fit` is log likelihood a frame, 0 at best."""

    name: str
    start_samples: int
    end_samples: int
    fit: float


def spoken_words(text: str) -> list[str]:
    """The words of a text in which digits and signs have been put into words already, in lower case."""
    return _WORD.findall(text.lower().replace("’", "'"))


def align(sound: Wave, text: str) -> tuple[Phone, ...]:
    """Phones over the whole of `sound`, 24 kHz, one after the other, with the pauses that were heard.

    Raises BadText where there is no English word, and BadRecording where the words do not fit what is heard.
    """
    words = spoken_words(text)
    if not words:
        raise BadText("there are no English words to lay along the recording; write down what is said in it")
    if len(sound) < LEAST_S * RATE:
        raise BadRecording(f"{len(sound) / RATE:.1f} s is too short to hold “{text}”; give the whole of what was said")
    phones = _laid(sound, dict.fromkeys(words), words)
    fits = [phone.fit for phone in phones if phone.name != PAUSE]
    if not fits or float(np.median(fits)) < LEAST_FIT:
        raise BadRecording(f"the words do not fit what is heard: “{text}”; correct the transcript, or leave it out")
    return phones


def align_phones(sound: Wave, names: Sequence[str]) -> tuple[Phone, ...]:
    """The same for a known row of ARPABET phones and pauses; empty where they cannot be laid along the sound."""
    runs = [tuple(run) for pause, run in groupby(names, key=lambda name: name == PAUSE) if not pause]
    spelt = {f"run{number}": run for number, run in enumerate(runs)}
    return _laid(sound, spelt, list(spelt)) if spelt else ()


def _laid(sound: Wave, spelt: Mapping[str, Sequence[str] | None], words: Sequence[str]) -> tuple[Phone, ...]:
    decoder = aligner()
    for word, phones in spelt.items():
        if phones is not None or decoder.lookup_word(word) is None:
            decoder.add_word(word, " ".join(phones or _pronounced(word)))
    heard = recogniser_input(sound)
    decoder.set_align_text(" ".join(words))
    _run(decoder, heard)
    if decoder.hyp() is None:
        return ()
    decoder.set_alignment()
    _run(decoder, heard)
    return _phones(decoder, len(sound))


def aligner() -> Decoder:
    """A new decoder: one that has heard something else before gives other times. Takes a tenth of a second."""
    try:
        from pocketsphinx import Decoder
    except ImportError as err:
        raise NoLibrary("pocketsphinx is not installed; install it with: pip install pocketsphinx") from err
    return Decoder(samprate=RECOGNISER_RATE, lm=None, bestpath=False, loglevel="FATAL")


def recogniser_input(sound: Wave) -> bytes:
    """What pocketsphinx is to hear: 16 kHz, 16 bits, of even level, with a little noise all through."""
    heard = resample_poly(sound, RECOGNISER_RATE // 8_000, RATE // 8_000)
    heard = np.pad(heard, round(MARGIN_S * RECOGNISER_RATE)) * (LEVEL / max(float(np.sqrt(np.mean(heard**2))), 1e-6))
    noise = np.random.default_rng(16).standard_normal(len(heard)) * 10 ** (FLOOR_DB / 20)
    return bytes((np.clip(heard + noise, -1, 1) * 32_767).astype("<i2").tobytes())


def _run(decoder: Decoder, heard: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(heard, full_utt=True)
    decoder.end_utt()


def _phones(decoder: Decoder, samples: int) -> tuple[Phone, ...]:
    found: list[Phone] = []
    margin = round(MARGIN_S * RATE)
    for word in decoder.get_alignment():
        for part in word:
            start, end = (
                int(np.clip(at * FRAME_SAMPLES - margin, 0, samples)) for at in (part.start, part.start + part.duration)
            )
            name = PAUSE if part.name in _FILLERS else part.name
            if end > start:
                found.append(Phone(name, start, end, part.score / part.duration))
    return tuple(found)


def _pronounced(word: str) -> list[str]:
    from voice.espeak import SourceVoice, speak

    phones = [phone for phoneme in speak(word, "en", SourceVoice()).phonemes for phone in spell(phoneme.ipa)]
    return [phone for phone in phones if phone != PAUSE] or ["AH"]
