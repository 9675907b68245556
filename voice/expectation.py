"""What can be expected of recordings, and what would help, said in plain words before anything is made of them.

Knows figures and words; knows nothing of sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from data.errors import LittleSpeech, NoSpeech
from data.types import Language
from voice.hearing import Heard
from voice.quality import Quality, overall

Mode = Literal["matched", "exemplar", "xtts"]

MATCHED_S, XTTS_S, EXEMPLAR_S = 3.0, 6.0, 45.0  # of speech at least; for the last, clean and with its words known
BETTER_S = 30.0  # of speech, from which on a matched voice gains little
WORTH_S = 5.0  # less is not worth asking for
CLEAN_SNR_DB, CLEAN_BANDWIDTH_HZ = 20.0, 5_000.0
CLEAN_CLIPPED, CLEAN_REVERBERATION_S = 0.005, 0.4
POOR_SNR_DB = 15.0
TOLD_MUSIC_S, TOLD_OTHER_S = 3.0, 3.0  # less music, or less of others, is not worth a word

Fact = Literal[
    "heard", "nothing", "matched", "exemplar", "xtts", "voices", "more", "music", "noise", "narrow", "clipped", "room",
    "hum", "words",
]  # fmt: skip

GRANTED: frozenset[Fact] = frozenset({"heard", "matched", "exemplar", "xtts"})  # nothing is to be done about these
WORDS: Mapping[Fact, Mapping[Language, str]] = {
    "heard": {
        "en": "{speech:.0f} seconds of this voice were heard.",
        "zh": "听到了这个声音，共{speech:.0f}秒。",
    },
    "nothing": {
        "en": "That is too little to make a voice from; at least {least:.0f} seconds are needed.",
        "zh": "这还不够，至少需要{least:.0f}秒说话的声音。",
    },
    "matched": {
        "en": "They are enough for a voice with their pitch, pace and colour. It will remind of them; it is no copy.",
        "zh": "可以做出音高、语速和音色相近的声音。听起来会像，但不是复制。",
    },
    "exemplar": {
        "en": "With the words that are said, English can be spoken with the sounds of the recordings themselves.",
        "zh": "如果有录音的文字，说英语时可以直接用录音里的声音。",
    },
    "xtts": {
        "en": "A closer likeness can be made with a large model that is fetched by itself.",
        "zh": "另外下载一个大模型，可以做得更像。",
    },
    "voices": {
        "en": "{voices} voices were heard, and one of them was taken for theirs: listen, and say if it is another.",
        "zh": "听到了{voices}个人的声音，其中一个被当作本人：请听一听，如果不对，请另选。",
    },
    "more": {
        "en": "{more:.0f} more seconds of speech would help.",
        "zh": "再有{more:.0f}秒说话的声音会更好。",
    },
    "music": {
        "en": "{music:.0f} seconds with music were left out: a recording without music would help.",
        "zh": "有{music:.0f}秒带音乐，没有使用：没有音乐的录音会更好。",
    },
    "noise": {
        "en": "There is much noise under the voice: a quieter recording would help.",
        "zh": "声音里杂音较大：安静一些的录音会更好。",
    },
    "narrow": {
        "en": "The sound is as narrow as on a telephone: the original file, or a recording made otherwise, would help.",
        "zh": "声音像电话里的一样窄：原始文件或其他方式的录音会更好。",
    },
    "clipped": {
        "en": "The recording is too loud and distorted in places: a quieter copy would help.",
        "zh": "录音有些地方太响而失真：音量小一些的版本会更好。",
    },
    "room": {
        "en": "The room echoes, or it was recorded from a loudspeaker: the original file would help.",
        "zh": "房间有回声，或者是用喇叭播放后再录的：原始文件会更好。",
    },
    "hum": {
        "en": "There is a hum of the mains, which is taken out.",
        "zh": "有电流的嗡嗡声，会去掉。",
    },
    "words": {
        "en": "For more, about {more:.0f} more seconds of clear English are needed, with the words typed.",
        "zh": "如果想更像，还需要大约{more:.0f}秒清楚的英语录音和它的文字。",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expectation:
    """The facts to tell, in order, with the figures in them; what recordings allow is among them."""

    facts: tuple[Fact, ...]
    figures: Mapping[str, float]

    def words(self, language: Language) -> tuple[str, ...]:
        """A sentence for each fact."""
        return tuple(WORDS[fact][language].format(**self.figures) for fact in self.facts)

    def advice(self, language: Language) -> tuple[str, ...]:
        """Those of them that say what is amiss, or what would help."""
        wanting = tuple(fact for fact in self.facts if fact not in GRANTED)
        return replace(self, facts=wanting).words(language)


def expect(heard: Heard, found: Mapping[int, Quality], language: Language) -> Expectation:
    """From what was heard and how good it is, by recording. Their own sounds can be laid together in English alone."""
    speech_s, left_s = heard.speech_s, heard.left_out_s()
    clean_s = sum(each.seconds for each in found.values() if is_clean(each))
    needed: dict[Mode, tuple[float, float]] = {
        "matched": (speech_s, MATCHED_S),
        "exemplar": (clean_s, EXEMPLAR_S),
        "xtts": (speech_s, XTTS_S),
    }
    if language != "en":
        del needed["exemplar"]
    modes = tuple(mode for mode, (has_s, least_s) in needed.items() if has_s >= least_s)
    facts: list[Fact] = ["heard"]
    facts += modes or ["nothing"]
    if len(heard.speakers) > 1 and left_s.get("other", 0.0) > TOLD_OTHER_S:
        facts.append("voices")
    if speech_s < BETTER_S - WORTH_S:
        facts.append("more")
    if left_s.get("music", 0.0) > TOLD_MUSIC_S:
        facts.append("music")
    facts += _faults(overall(list(found.values()))) if found else ()
    if "more" not in facts and "exemplar" in needed.keys() - set(modes):
        facts.append("words")
    more_s = BETTER_S - speech_s if "more" in facts else max(EXEMPLAR_S - clean_s, WORTH_S)
    figures = {"speech": speech_s, "least": MATCHED_S, "voices": len(heard.speakers), "more": more_s}
    return Expectation(tuple(facts), {**figures, "music": left_s.get("music", 0.0)})


def is_clean(quality: Quality) -> bool:
    """Whether the person's own sounds can be used as they are."""
    return (
        quality.snr_db >= CLEAN_SNR_DB
        and quality.bandwidth_hz >= CLEAN_BANDWIDTH_HZ
        and quality.clipped_share <= CLEAN_CLIPPED
        and (quality.reverberation_s or 0.0) <= CLEAN_REVERBERATION_S
    )


def _faults(quality: Quality) -> list[Fact]:
    faults: dict[Fact, bool] = {
        "noise": quality.snr_db < POOR_SNR_DB,
        "narrow": quality.bandwidth_hz < CLEAN_BANDWIDTH_HZ,
        "clipped": quality.clipped_share > CLEAN_CLIPPED,
        "room": (quality.reverberation_s or 0.0) > CLEAN_REVERBERATION_S,
        "hum": quality.hum,
    }
    return [fact for fact, found in faults.items() if found]


def require_speech(heard: Heard) -> None:
    """Raises BadRecording, in the word for what was heard instead, where nobody could be learnt from it."""
    if heard.speech_s >= MATCHED_S:
        return
    left_s = heard.left_out_s()
    heard_s = heard.total_s - left_s.get("silence", 0.0)
    if heard.speech_s > 0 or left_s.get("unclear", 0.0) > 0:
        spoken_s = heard.speech_s or left_s["unclear"]
        raise LittleSpeech(
            f"{spoken_s:.1f} s of speech, at least {MATCHED_S:.0f} s needed: add a longer recording",
            seconds=round(spoken_s, 1),
            least=MATCHED_S,
        )
    if left_s.get("music", 0.0) > heard_s / 2:
        raise NoSpeech("only music was heard, or speech under music: add a recording in which they speak without it")
    if heard_s < 1e-9 or left_s.get("silence", 0.0) == heard.total_s:
        raise NoSpeech("the recording is silent: check that the right file was given")
    raise NoSpeech("no speech was found, only noise or a steady tone: add a recording in which the person speaks")
