"""What a family hears and writes down: recordings piece by piece, and the voice made of them. Knows no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from data.archive import Archive, Memorial
from data.errors import NotReady, Refused
from data.identity import Passage
from data.media import read_sound, write_sound
from data.types import RATE, Language, Letter, Phrase, Sentence, Wave
from services import answers, build, voice_pages, voices
from services.progress import Steps
from services.report import Json
from voice.enrolment import TRIAL
from voice.pronunciation import Pronunciations

LONGEST_SAID = 2_000  # characters at once: some two minutes
CLIPS = 3  # of their recordings, on the page that compares
MS = RATE // 1_000  # samples

MODES: dict[voices.Mode, str] = {
    "cloned": "a voice made to resemble theirs, and their own recordings where one holds the very words",
    "theirs-only": "their own recordings alone; what none of them holds can be read",
    "narrator": "a voice that is plainly somebody else's",
    "off": "no voice; everything can be read",
}


def report(archive: Archive, memorial: Memorial, *, new: bool) -> Json:
    """What is known of the voice, and how the memorial sounds."""
    choice = voices.chosen(archive, memorial.id)
    told = voices.report(voices.of(archive, memorial.id, new=new))
    return told | {"mode": choice.mode, "is_chosen": choice.is_chosen, "waiting": _waits(archive, memorial)}


def say(archive: Archive, memorial: Memorial, text: str, out: Path, *, new: bool) -> Json:
    """Write the voice saying something."""
    if not text.strip() or len(text) > LONGEST_SAID:
        raise Refused(f"give 1 to {LONGEST_SAID:,} characters to say")
    wave = spoken(archive, memorial, text, memorial.person.language, new=new)
    write_sound(out, wave, answers.label(archive, memorial, "given by the family"))
    if new:
        voices.note_heard(archive, memorial.id)
    return {"file": str(out), "duration_s": round(len(wave) / RATE, 3)}


def spoken(archive: Archive, memorial: Memorial, text: str, language: Language, *, new: bool) -> Wave:
    """The voice saying a text, whatever the family chose for clips."""
    voice = build.cloned(archive, memorial, new=new)
    sentence = Sentence(0, (Phrase(text, language, "imagined"),))
    return np.concatenate([chunk.samples for chunk in voice.speak(sentence)])


def comparison(archive: Archive, memorial: Memorial, steps: Steps, *, new: bool) -> bytes:
    """A page with their recordings beside the voice, and the voice before where another one waits."""
    name, language = memorial.person.name, memorial.person.language
    says, label = _SAYS[language], answers.label(archive, memorial, "written to try the voice")
    theirs = [each for each in pieces(archive, memorial) if each["theirs"]]
    clearest = sorted(theirs, key=lambda each: -each["clearness"])[:CLIPS]
    played = [
        voice_pages.Heard(
            says["exhibit" if memorial.person.exhibit else "theirs"].format(
                name=name, file=each["file"], at=_clock(each["start_ms"])
            ),
            wave,
            None,
        )
        for each, wave in zip(clearest, _sounds(archive, memorial, clearest), strict=True)
    ]
    with steps.step("speak"):
        if new and archive.voice_profile(memorial.id) is not None:
            before = spoken(archive, memorial, TRIAL[language], language, new=False)
            played.append(voice_pages.Heard(says["before"], before, label))
        made = spoken(archive, memorial, TRIAL[language], language, new=new)
        played.append(voice_pages.Heard(says["new"] if new else says["made"], made, label))
    lines = list(report_lines(report(archive, memorial, new=new)))
    return voice_pages.comparison(says["title"].format(name=name), language, played, lines)


def pieces(archive: Archive, memorial: Memorial) -> list[Json]:
    """Each piece of the recordings with its number, whose it is, and what is known to be said in it."""
    heard = voices.heard(archive, memorial.id)
    said = {(each.recording, each.start_ms): each.text for each in archive.stretches(memorial.id)}
    return [
        {
            **piece,
            "number": number,
            "theirs": piece["speaker"] == heard["person"],
            "text": said.get((piece["file"], piece["start_ms"]), ""),
        }
        for number, piece in enumerate(heard["pieces"], 1)
    ]


def piece_lines(told: list[Json]) -> Iterator[str]:
    """The same for people."""
    for each in told:
        whose = "theirs" if each["theirs"] else f"voice {each['speaker']}"
        span = f"{_clock(each['start_ms'])}–{_clock(each['end_ms'])}"
        yield f"{each['number']:>4}  {each['file']} {span}  {whose}{': ' if each['text'] else ''}{each['text']}"


def transcription(archive: Archive, memorial: Memorial, told: list[Json]) -> bytes:
    """A page on which the person's pieces are played and written down."""
    theirs = [each for each in told if each["theirs"]]
    language = memorial.person.language
    to_write = [
        voice_pages.ToWrite(
            str(each["number"]),
            f"{each['number']} · {each['file']} {_clock(each['start_ms'])}",
            wave,
            each["text"],
        )
        for each, wave in zip(theirs, _sounds(archive, memorial, theirs), strict=True)
    ]
    return voice_pages.transcription(_SAYS[language]["write"].format(name=memorial.person.name), language, to_write)


def read_page(archive: Archive, memorial: Memorial, content: bytes, name: str) -> dict[int, str]:
    """What was saved from that page: words by the numbers of pieces."""
    try:
        said = voice_pages.read_said(content)
        return {_number(archive, memorial, number): text for number, text in said.items()}
    except ValueError as err:
        raise Refused(f"{name} is not what the page of `pieces --out` saves: save it there again") from err


def one_piece(archive: Archive, memorial: Memorial, number: str, text: str) -> dict[int, str]:
    """The words of one piece."""
    try:
        return {_number(archive, memorial, number): " ".join(text.split())}
    except ValueError as err:
        raise Refused(f"{number!r} is no piece: `lantern voice MEMORIAL pieces` shows their numbers") from err


def write_down(archive: Archive, memorial: Memorial, said: Mapping[int, str]) -> Json:
    """Keep what is said in pieces, in the place of what was written before; gives how much is written now."""
    known = pieces(archive, memorial)
    dates = {each.file: each.date for each in archive.sources(memorial.id) if each.kind == "recording"}
    with archive.adding(memorial.id) as adding:
        for number, text in said.items():
            piece = known[number - 1]
            if text != piece["text"]:
                letter = Letter(piece["file"], text, dates.get(piece["file"]), "spoken")
                passage = Passage(letter, start_ms=piece["start_ms"], end_ms=piece["end_ms"])
                adding.set_spoken(passage, archive.recording(memorial.id, piece["file"]))
    written = [each for each in pieces(archive, memorial) if each["text"]]
    seconds = sum(each["end_ms"] - each["start_ms"] for each in written) / 1_000
    return {"written": len(written), "seconds": round(seconds, 1)}


def teach(archive: Archive, memorial: Memorial, word: str, said: str | None) -> None:
    """How a name is said here, or that it is said as any other. Raises `BadText`."""
    known = Pronunciations(voices.names(archive, memorial.id))
    changed = known.without(word) if said is None else known.adding(word, said)
    voices.set_names(archive, memorial.id, changed.entries)


def report_lines(told: Json) -> Iterator[str]:
    """What is known of a voice, for people; what concerns the recordings in the memorial's language."""
    says = _SAYS[told["language"]]
    resemblance = told["resemblance"]
    yield says[resemblance["word"]]
    yield says["line-up"].format(rank=resemblance["rank"], of=resemblance["others"] + 1)
    yield says["learnt"].format(seconds=told["speech_s"], recordings=told["recordings"])
    if told["left_out_s"]:
        left = (f"{LEFT[told['language']][reason]} {seconds:.0f} s" for reason, seconds in told["left_out_s"].items())
        yield says["left_out"].format(left=", ".join(left))
    yield from told["expected"]
    if len(told["speakers"]) > 1:
        yield says["several"].format(person=told["person"])
    if told["exemplar"] is not None:
        yield told["exemplar"]["reason"]


def _number(archive: Archive, memorial: Memorial, number: str) -> int:
    """That of one of the person's pieces; raises ValueError."""
    known = pieces(archive, memorial)
    if not 1 <= int(number) <= len(known):
        raise ValueError(number)
    if not known[int(number) - 1]["theirs"]:
        raise Refused(f"piece {number} is somebody else's: only what {memorial.person.name} says is written down")
    return int(number)


def _sounds(archive: Archive, memorial: Memorial, told: list[Json]) -> list[Wave]:
    @lru_cache(1)
    def whole(file: str) -> Wave:
        return read_sound(Path(file), archive.recording(memorial.id, file))

    return [whole(each["file"])[each["start_ms"] * MS : each["end_ms"] * MS] for each in told]


def _waits(archive: Archive, memorial: Memorial) -> bool:
    try:
        return bool(voices.of(archive, memorial.id, new=True))
    except NotReady:
        return False


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms % 60_000 / 1000:04.1f}"


_SAYS: dict[Language, dict[str, str]] = {
    "en": {
        "yes": "It resembles them.",
        "somewhat": "It resembles them somewhat.",
        "no": "It does not resemble them: hear it by yourself before anybody else does.",
        "line-up": "In a line-up of {of} voices, made alike but each of somebody else, it was number {rank} in "
        "likeness to their recordings.",
        "learnt": "Learnt from {seconds:.0f} s of their speech in recordings: {recordings}.",
        "left_out": "Left out: {left}.",
        "several": "Voice {person} was taken for theirs: `pieces` tells who speaks where, `enrol --speaker` another.",
        "title": "The voice of {name}",
        "theirs": "{name}'s own recording: {file}, {at}",
        "exhibit": "The recording of this exhibit: {file}, {at}",
        "made": "The voice made of these",
        "before": "The voice that speaks now",
        "new": "The voice that waits to be adopted",
        "write": "What {name} says",
    },
    "zh": {
        "yes": "像本人。",
        "somewhat": "有点像本人。",
        "no": "不像本人：请先自己听一听，再让别人听。",
        "line-up": "用同样的方法做出的{of}个不同人的声音里，它与本人录音的相似程度排第{rank}。",
        "learnt": "学自{recordings}份录音中本人的{seconds:.0f}秒说话。",
        "left_out": "没有采用：{left}。",
        "several": "第{person}个声音被当作本人：`pieces` 列出谁在哪里说话，`enrol --speaker` 可以另选。",
        "title": "{name}的声音",
        "theirs": "{name}本人的录音：{file}，{at}",
        "exhibit": "展品的录音：{file}，{at}",
        "made": "由此做成的声音",
        "before": "现在使用的声音",
        "new": "等待采用的声音",
        "write": "{name}说的话",
    },
}
LEFT: dict[Language, dict[str, str]] = {
    "en": {
        "silence": "silence",
        "noise": "noise",
        "music": "music",
        "beep": "a beep",
        "announcement": "an announcement",
        "other": "somebody else",
        "unclear": "what could not be told apart",
    },
    "zh": {
        "silence": "静音",
        "noise": "杂音",
        "music": "音乐",
        "beep": "提示音",
        "announcement": "自动语音",
        "other": "别人说话",
        "unclear": "分不清的部分",
    },
}
