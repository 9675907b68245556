"""What a family hears and writes down: recordings piece by piece, and the voice made of them. Knows no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from data.adding import Spoken
from data.archive import Archive, Memorial
from data.errors import NotTheirPiece, Refused, TooManyWords, UnknownNote
from data.files import try_place
from data.identity import Passage
from data.media import own_sound_bytes, sound_bytes, write_sound
from data.types import RATE, Language, Letter, Wave
from persona.sentences import paragraphs_of, sentences_of
from services import answers, build, voice_pages, voices
from services.progress import Steps
from services.report import Json
from voice.enrolment import TRIAL, say_with
from voice.pauses import borders
from voice.pronunciation import Pronunciations

MOST_CHARS_PER_S: dict[Language, float] = {"en": 25.0, "zh": 9.0}  # of the fastest talkers
MORE_CHARS = 10  # that a short piece may hold beyond
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
    return told | {
        "mode": choice.mode,
        "is_chosen": choice.is_chosen,
        "waiting": voices.waiting(archive, memorial.id) is not None,
    }


def say(archive: Archive, memorial: Memorial, text: str, out: Path, *, new: bool) -> Json:
    """Write the voice saying something."""
    if not text.strip() or len(text) > LONGEST_SAID:
        raise Refused(f"give 1 to {LONGEST_SAID:,} characters to say")
    if out.suffix.lower() != ".wav":
        raise Refused(f"{out.name}: sound is written as WAV: give a name that ends in .wav")
    try_place(out)
    waiting = voices.waiting(archive, memorial.id)
    wave = spoken(archive, memorial, text, memorial.person.language, new=new)
    write_sound(out, wave, answers.label(archive, memorial, "given by the family", mode="cloned"))
    if new:
        voices.note_heard(archive, memorial.id, waiting)
    return {"file": str(out), "duration_s": round(len(wave) / RATE, 3)}


def sample(archive: Archive, memorial: Memorial, *, new: bool) -> bytes:
    """The voice that speaks, or the one that waits, saying what each voice is tried with: as a labelled recording."""
    language = memorial.person.language
    wave = spoken(archive, memorial, TRIAL[language], language, new=new)
    return sound_bytes(wave, answers.label(archive, memorial, "written to try the voice", mode="cloned"))


def piece_sound(archive: Archive, memorial: Memorial, number: int) -> bytes:
    """A piece of a recording as it is, for the family to listen to. Raises `UnknownNote`."""
    found = [each for each in pieces(archive, memorial) if each["number"] == number]
    if not found:
        raise UnknownNote("no piece has that number: look at the list of pieces")
    return own_sound_bytes(_sounds(archive, memorial, found)[0])


def spoken(archive: Archive, memorial: Memorial, text: str, language: Language, *, new: bool) -> Wave:
    """The voice saying a text, whatever the family chose for clips."""
    return say_with(build.cloned(archive, memorial, new=new), text, language)


def comparison(archive: Archive, memorial: Memorial, steps: Steps, *, new: bool) -> bytes:
    """A page with their recordings beside the voice, and the voice before where another one waits."""
    name, language = memorial.person.name, memorial.person.language
    says, label = _SAYS[language], answers.label(archive, memorial, "written to try the voice", mode="cloned")
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
        if new and voices.speaks(archive, memorial.id):
            before = spoken(archive, memorial, TRIAL[language], language, new=False)
            played.append(voice_pages.Heard(says["before"], before, label))
        made = spoken(archive, memorial, TRIAL[language], language, new=new)
        played.append(voice_pages.Heard(says["new"] if new else says["made"], made, label))
    lines = [*report_lines(report(archive, memorial, new=new)), says["next new" if new else "next"].format(name=name)]
    return voice_pages.comparison(says["title"].format(name=name), language, played, lines)


def pieces(archive: Archive, memorial: Memorial) -> list[Json]:
    """Each piece of the recordings that are drawn on: its number, whose it is, and what is known to be said in it."""
    heard = voices.heard(archive, memorial.id)
    silent = voices.left_out(archive, memorial.id, {each["file"] for each in heard["pieces"]})
    said = archive.stretches(memorial.id)
    joint = "" if memorial.person.language == "zh" else " "

    def text(piece: Json) -> str:
        inside = (
            each
            for each in said
            if each.recording == piece["file"] and piece["start_ms"] <= each.start_ms < piece["end_ms"]
        )
        return joint.join(each.text for each in sorted(inside, key=lambda each: each.start_ms))

    return [
        {**piece, "number": number, "theirs": piece["speaker"] == heard["person"], "text": text(piece)}
        for number, piece in enumerate(heard["pieces"], 1)
        if piece["file"] not in silent
    ]


def piece_lines(told: list[Json]) -> Iterator[str]:
    """The same for people."""
    for each in told:
        whose = "theirs" if each["theirs"] else f"voice {each['speaker']}"
        span = f"{_clock(each['start_ms'])}–{_clock(each['end_ms'])}"
        yield f"{each['number']:>4}  {each['file']} {span}  {whose}{': ' if each['text'] else ''}{each['text']}"


def transcription(archive: Archive, memorial: Memorial, told: list[Json]) -> bytes:
    """A page on which the person's pieces are played and written down."""
    language = memorial.person.language
    others = _SAYS[language]["other"]
    to_write = [
        voice_pages.ToWrite(
            _id(each),
            f"{each['number']} · {each['file']} {_clock(each['start_ms'])}"
            + ("" if each["theirs"] else f" · {others.format(voice=each['speaker'])}"),
            wave,
            each["text"] if each["theirs"] else None,
        )
        for each, wave in zip(told, _sounds(archive, memorial, told), strict=True)
    ]
    return voice_pages.transcription(_SAYS[language]["write"].format(name=memorial.person.name), language, to_write)


def read_page(archive: Archive, memorial: Memorial, content: bytes, name: str) -> dict[int, str]:
    """What was saved from that page: words by the numbers of pieces."""
    try:
        said = voice_pages.read_said(content)
    except ValueError as err:
        raise Refused(f"{name} is not what the page of `pieces --out` saves: save it there again") from err
    theirs = {_id(each): each["number"] for each in pieces(archive, memorial) if each["theirs"]}
    if not said.keys() <= theirs.keys():
        raise Refused(f"the recordings were heard anew since {name} was saved: write the page anew with `pieces --out`")
    return {theirs[piece]: text for piece, text in said.items()}


def one_piece(archive: Archive, memorial: Memorial, number: str, text: str) -> dict[int, str]:
    """The words of one piece."""
    try:
        return {_number(archive, memorial, number): " ".join(text.split())}
    except ValueError as err:
        raise Refused(f"{number!r} is no piece: `lantern voice MEMORIAL pieces` shows their numbers") from err


def write_down(archive: Archive, memorial: Memorial, said: Mapping[int, str]) -> Json:
    """Keep what is said in pieces, in the place of what was written before; gives how much is written now."""
    changed = [
        each | {"text": said[each["number"]]}
        for each in pieces(archive, memorial)
        if each["text"] != said.get(each["number"], each["text"])
    ]
    for piece in changed:
        _check_length(piece, memorial.person.language)
    dates = {each.file: each.date for each in archive.sources(memorial.id) if each.kind == "recording"}
    by_file: dict[str, list[Spoken]] = {}
    for piece, sound in zip(changed, _sounds(archive, memorial, changed), strict=True):
        passages = tuple(_passages(piece, sound, dates.get(piece["file"])))
        by_file.setdefault(piece["file"], []).append(Spoken(piece["start_ms"], piece["end_ms"], passages))
    with archive.adding(memorial.id) as adding:
        for file, spoken_in in by_file.items():
            adding.set_spoken(spoken_in, archive.recording(memorial.id, file))
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
    yield says["rank"].format(rank=resemblance["rank"], of=resemblance["others"] + 1)
    yield says["learnt"].format(seconds=told["speech_s"], recordings=told["recordings"])
    if told["left_out_s"]:
        left = (f"{LEFT[told['language']][reason]} {seconds:.0f} s" for reason, seconds in told["left_out_s"].items())
        yield says["left_out"].format(left=", ".join(left))
    yield from told["expected"]
    if len(told["speakers"]) > 1:
        yield says["several"].format(person=told["person"])
    if told["exemplar"] is not None:
        yield told["exemplar"]["reason"]


def _passages(piece: Json, sound: Wave, date: str | None) -> Iterator[Passage]:
    """What is written down of a piece, sentence by sentence."""
    for text, start_ms, end_ms in _sentences(piece, sound):
        letter = Letter(piece["file"], text, date, "spoken")
        yield Passage(letter, start_ms=start_ms, end_ms=end_ms, recording=piece["file"])


def _sentences(piece: Json, sound: Wave) -> Iterator[tuple[str, int, int]]:
    """Each with its times, so that one alone can be played; all as one where no pause parts them."""
    texts = [each for paragraph in paragraphs_of(piece["text"]) for each in sentences_of(paragraph)]
    found = borders(sound, [len(text) for text in texts]) if len(texts) > 1 else []
    if found is None:
        texts, found = [piece["text"]], []
    times = [piece["start_ms"], *(piece["start_ms"] + at // MS for at in found), piece["end_ms"]]
    yield from zip(texts, times, times[1:], strict=False)


def _check_length(piece: Json, language: Language) -> None:
    """Raises Refused for more words than anybody says in that time."""
    seconds = (piece["end_ms"] - piece["start_ms"]) / 1_000
    if len(piece["text"]) > MOST_CHARS_PER_S[language] * seconds + MORE_CHARS:
        raise TooManyWords(
            f"piece {piece['number']} lasts {seconds:.1f} s, and nobody says so much then: write what is heard"
        )


def _id(piece: Json) -> str:
    """By which a page names a piece: whatever is heard anew, it is the same stretch or none."""
    return f"{piece['file']}#{piece['start_ms']}-{piece['end_ms']}"


def _number(archive: Archive, memorial: Memorial, number: str) -> int:
    """That of one of the person's pieces; raises ValueError."""
    known = next((each for each in pieces(archive, memorial) if each["number"] == int(number)), None)
    if known is None:
        raise ValueError(number)
    if not known["theirs"]:
        raise NotTheirPiece(f"piece {number} is somebody else's: only what {memorial.person.name} says is written down")
    return int(number)


def _sounds(archive: Archive, memorial: Memorial, told: list[Json]) -> list[Wave]:
    whole = build.recordings(archive, memorial)
    return [whole(each["file"])[each["start_ms"] * MS : each["end_ms"] * MS] for each in told]


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms % 60_000 / 1000:04.1f}"


_SAYS: dict[Language, dict[str, str]] = {
    "en": {
        "yes": "It resembles them.",
        "somewhat": "It resembles them somewhat.",
        "no": "It does not resemble them: hear it by yourself before anybody else does.",
        "rank": "Among {of} voices, the others made in the same way but of other people, it was number {rank} in "
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
        "next": 'To choose how clips sound: lantern voice "{name}" use cloned, or theirs-only, narrator, off.',
        "next new": 'If it is to speak from now on: lantern voice "{name}" adopt. '
        'To choose how clips sound: lantern voice "{name}" use cloned, or theirs-only, narrator, off.',
        "write": "What {name} says",
        "other": "voice {voice}, taken for somebody else",
    },
    "zh": {
        "yes": "像本人。",
        "somewhat": "有点像本人。",
        "no": "不像本人：请先自己听一听，再让别人听。",
        "rank": "用同样的方法做出的{of}个不同人的声音里，它与本人录音的相似程度排第{rank}。",
        "learnt": "学自{recordings}份录音中本人的{seconds:.0f}秒说话。",
        "left_out": "没有采用：{left}。",
        "several": "第{person}个声音被当作本人：`pieces` 列出谁在哪里说话，`enrol --speaker` 可以另选。",
        "title": "{name}的声音",
        "theirs": "{name}本人的录音：{file}，{at}",
        "exhibit": "展品的录音：{file}，{at}",
        "made": "由此做成的声音",
        "before": "现在使用的声音",
        "new": "等待采用的声音",
        "next": '选择短片怎样出声：lantern voice "{name}" use cloned，或 theirs-only、narrator、off。',
        "next new": '从现在起让它说话：lantern voice "{name}" adopt。'
        '选择短片怎样出声：lantern voice "{name}" use cloned，或 theirs-only、narrator、off。',
        "write": "{name}说的话",
        "other": "第{voice}个声音，被当作别人",
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
