"""What a memorial knows, listed and put right. Knows no command line: the same verbs serve any way in.

Each verb gives what it changed, as `--json` prints it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from data.archive import Archive, Memorial
from data.errors import UnknownNote, UnknownSentence, Withdrawn
from data.files import write
from data.importers.imported import File
from data.kept import Doubtful
from data.memory import not_for
from data.names import covers, folded, shortest
from data.types import Known, Letter, Visitor
from persona.passages import read_all
from services import voices
from services.letters import heard
from services.report import Json


def listed(archive: Archive, memorial: Memorial) -> Json:
    """All of it: doubtful lines, files, visitors, what they told, corrections and the glossary."""
    memory = archive.memory(memorial.id)
    given = files(archive, memorial)
    called = {file["path"]: file["file"] for file in given}
    return {
        "doubtful": _doubtful(archive, memorial, called),
        "files": given,
        "visitors": [asdict(visitor) for visitor in memory.visitors()],
        "remembered": [asdict(each) for each in memory.remembered()],
        "corrections": [{**asdict(each), "what": called.get(each.what, each.what)} for each in memory.corrections()],
        "glossary": memory.glossary(),
    }


def files(archive: Archive, memorial: Memorial) -> list[Json]:
    """What the family gave, the first added first, and what they said of each."""
    memory, found = archive.memory(memorial.id), archive.files(memorial.id)
    left_out, audience = memory.left_out(), memory.audience()
    called = shortest({file.path for file in found})
    return [
        {
            "id": file.id,
            "file": called[file.path],
            "path": file.path,
            "kinds": dict(file.kinds),
            "theirs": file.theirs,
            "first": file.first,
            "last": file.last,
            "left_out": any(covers(place, file.path) for place in left_out),
            "not_for": list(not_for(audience, file.path)),
        }
        for file in found
    ]


def doubtful(archive: Archive, memorial: Memorial) -> list[Json]:
    """The lines that a machine was not sure of, and nobody confirmed yet."""
    return _doubtful(archive, memorial, shortest({file.path for file in archive.files(memorial.id)}))


def confirm(archive: Archive, memorial: Memorial, doubtful_id: str) -> Json:
    """A doubtful line says what the machine read."""
    archive.confirm(memorial.id, doubtful_id)
    return {"id": doubtful_id}


def correct(archive: Archive, memorial: Memorial, note_id: str, text: str) -> Json:
    """What a doubtful line says, or what a visitor told, in the right words."""
    if "-" not in note_id:
        return asdict(archive.memory(memorial.id).correct(note_id, text))
    archive.confirm(memorial.id, note_id, text)
    return {"id": note_id, "text": text}


def scan(archive: Archive, memorial: Memorial, doubtful_id: str, out: Path) -> Json:
    """Write the stretch of the scan on which a doubtful line was read; it is the family's own picture."""
    doubtful, picture = scanned(archive, memorial, doubtful_id)
    write(out, picture)
    return {"id": doubtful_id, "line": doubtful.line, "file": doubtful.file, "picture": str(out)}


def scanned(archive: Archive, memorial: Memorial, doubtful_id: str) -> tuple[Doubtful, bytes]:
    """A doubtful line, and the stretch of the scan on which it was read, as PNG."""
    from data.importers.again import line_again, png

    doubtful, content = archive.doubtful_original(memorial.id, doubtful_id)
    return doubtful, png(line_again(File.of(doubtful.file.rpartition("/")[2], content), doubtful.line))


def strike(archive: Archive, memorial: Memorial, sentence: str, by: str | None) -> Json:
    """They never said that: the sentence that is meant by it, or by a part of it.

    Raises `UnknownNote` where it stands nowhere, or where several sentences hold it.
    """
    return _strike(archive, memorial, sentence, by, archive.letters(memorial.id), archive.known(memorial.id))


def strike_heard(archive: Archive, memorial: Memorial, sentence: str, visitor: str | None, by: str) -> Json:
    """The same, said by a visitor: of nothing but what they may hear, so that they learn of nothing else by asking."""
    return _strike(archive, memorial, sentence, by, *heard(archive, memorial.id, visitor))


def _strike(
    archive: Archive, memorial: Memorial, sentence: str, by: str | None, letters: Sequence[Letter], known: Known
) -> Json:
    theirs = [each for each in letters if each.author is None]
    said = {_letters_of(one.text): one.text for each in read_all([*theirs, *known.told]) for one in each.said}
    wanted = _letters_of(sentence)
    meant = [said[wanted]] if wanted in said else [text for plain, text in said.items() if wanted and wanted in plain]
    if not meant:
        raise UnknownSentence("nothing that is kept says this: give the sentence as the answer showed it")
    if len(meant) > 1:
        raise UnknownSentence(
            f"{len(meant)} sentences hold these words: give the whole sentence as the answer showed it"
        )
    return asdict(archive.memory(memorial.id).strike(meant[0], by))


def leave_out(archive: Archive, memorial: Memorial, file: str, by: str | None = None) -> Json:
    """Draw on nothing of a file, or of what lies in a folder."""
    spoke = voices.speaks(archive, memorial.id)
    changed = asdict(archive.memory(memorial.id).leave_out(_path(archive, memorial, file), by))
    is_silenced = spoke and not voices.speaks(archive, memorial.id)
    return changed | ({"voice": voices.WITHDRAWN} if is_silenced else {})


def draw_on(archive: Archive, memorial: Memorial, path: str) -> None:
    """Draw on a file again that was left out. Raises `NotReady` where more than it was left out with it."""
    memory = archive.memory(memorial.id)
    places = [each for each in memory.corrections() if each.kind == "left-out" and not each.undone]
    if around := next((each.what for each in places if each.what != path and covers(each.what, path)), None):
        raise Withdrawn(f"{around} is left out, and this file with it: undo that correction first")
    for each in places:
        if each.what == path:
            memory.undo(each.id)


def undo(archive: Archive, memorial: Memorial, note_id: str) -> Json:
    """Let a correction count no more."""
    return asdict(archive.memory(memorial.id).undo(note_id))


def forget(archive: Archive, memorial: Memorial, note_id: str) -> Json:
    """Remove for good what a visitor told."""
    archive.memory(memorial.id).forget(note_id)
    return {"id": note_id}


def remember(archive: Archive, memorial: Memorial, text: str, visitor: str) -> Json:
    """What a visitor tells."""
    memory = archive.memory(memorial.id)
    return asdict(memory.remember(memory.add_visitor(Visitor(visitor)).name, text))


def visitor(archive: Archive, memorial: Memorial, name: str, relation: str | None, called: str | None) -> Json:
    """Who visits, and how the person called them."""
    return asdict(archive.memory(memorial.id).add_visitor(Visitor(name, relation, called)))


def audience(archive: Archive, memorial: Memorial, file: str, names: Sequence[str]) -> Json:
    """Say nothing of a file, or of what lies in a folder, to these people; to everybody where none is named."""
    path = _path(archive, memorial, file)
    archive.memory(memorial.id).set_audience(path, names)
    return {"file": path, "not_for": list(not_for(archive.memory(memorial.id).audience(), path))}


def explain(archive: Archive, memorial: Memorial, word: str, meaning: str) -> Json:
    """What a word of the family's or of a dialect means."""
    archive.memory(memorial.id).explain(word, meaning)
    return {"word": word, "meaning": meaning}


def remove_word(archive: Archive, memorial: Memorial, word: str) -> Json:
    """Take a word out of the glossary."""
    archive.memory(memorial.id).remove_word(word)
    return {"word": word}


def _doubtful(archive: Archive, memorial: Memorial, called: Mapping[str, str]) -> list[Json]:
    return [{**asdict(each), "file": called.get(each.file, each.file)} for each in archive.doubtful(memorial.id)]


def _path(archive: Archive, memorial: Memorial, name: str) -> str:
    """The path of the file or folder that is meant: the one of that path, else the only one that ends so."""
    files = [PurePosixPath(file.path) for file in archive.files(memorial.id)]
    places = dict.fromkeys(str(place) for file in files for place in (file, *file.parents[:-1]))
    wanted = folded(name.rstrip("/"))
    ends = [place for place in places if f"/{folded(place)}".endswith(f"/{wanted}")]
    found = [place for place in ends if folded(place) == wanted] or ends
    if not found:
        raise UnknownNote("no file of that name is kept: `lantern memory MEMORIAL list` shows those there are")
    if len(found) > 1:
        raise UnknownNote(f"{len(found)} files are called that: give more of its path, as {found[0]} or {found[1]}")
    return found[0]


def _letters_of(text: str) -> str:
    """A sentence as it is compared: its letters and digits alone."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
