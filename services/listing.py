"""What was added and what is remembered, as lines for people. Knows the reports alone."""

from __future__ import annotations

from collections.abc import Iterator

from services.report import Json

DOUBTFUL_SHOWN = 5  # lines of one file
SHOWN_CHARS = 8  # of an id
KINDS = {
    "letter": ("letter", "letters"),
    "message": ("message", "messages"),
    "spoken": ("stretch of a recording", "stretches of a recording"),
    "told": ("thing told", "things told"),
    "recording": ("recording", "recordings"),
    "photo": ("photo", "photos"),
}


def added_lines(report: Json, person: str, *, preview: bool) -> Iterator[str]:
    """What became of each file, or would."""
    for each in report["added"]:
        yield f"{each['file']}: {each['as'] or 'unknown'}, {each['kept']:,} {'would be kept' if preview else 'kept'}"
        if preview and each["first"]:
            yield f"    from {each['first'][:10]} to {each['last'][:10]}"
        if (writer := each["writer"]) and preview:
            whose = "told by the family" if writer["told"] else f"by {writer['name'] or 'the person'}"
            yield f"    “{writer['sample']}” — {whose}: {writer['why']}"
        elif writer and writer["name"] and not writer["told"]:
            yield f"    by {writer['name']}, so never spoken as theirs; if that is the person, add it with --person"
        for speaker in each["speakers"] if preview or len(each["speakers"]) > 1 else ():
            whose = " — the person" if speaker["theirs"] else ""
            sample = f": “{speaker['samples'][0]}”" if preview and speaker["samples"] else ""
            yield f"    {speaker['name']}, {speaker['count']:,}{whose}{sample}"
        for line in each["doubtful"][:DOUBTFUL_SHOWN]:
            yield f"    not read surely: {line}"
        if more := len(each["doubtful"][DOUBTFUL_SHOWN:]):
            yield f"    and {more:,} lines more that were not read surely"
        for left in each["reasons"]:
            yield f"    {left['count']:,} left out: {left['reason']}"
    yield from _learned_lines(report["learned"], person, preview=preview)
    for left in report["left_out"]:
        yield f"passed over: {left['count']:,} × {left['reason']}"


def _learned_lines(learned: Json, person: str, *, preview: bool) -> Iterator[str]:
    verb = "would be" if preview else "was"
    if voice := learned["voice"]:
        count = voice["recordings"]
        waits = f'; it waits to be heard: `lantern voice "{person}" compare --new`' if voice["waiting"] else ""
        yield f"a voice {verb} learnt from {count} {KINDS['recording'][count != 1]}, {voice['seconds']:.0f} s{waits}"
    if learned["portrait"]:
        yield f"a portrait {verb} made ready"


def memory_lines(told: Json) -> Iterator[str]:
    """What a memorial knows, the lines that somebody should look at first."""
    yield from (f"{each['id']}  not read surely, in {each['file']}: {each['line']}" for each in told["doubtful"])
    yield from map(_file_line, told.get("files", ()))
    for each in told.get("visitors", ()):
        more = (each["relation"], each["called"] and f"called {each['called']}")
        yield f"visitor {', '.join(part for part in (each['name'], *more) if part)}"
    for each in told.get("remembered", ()):
        yield f"{each['id'][:SHOWN_CHARS]}  {each['visitor']} told on {each['date']}: {each['text']}"
    for each in told.get("corrections", ()):
        what = "never said" if each["kind"] == "struck" else "left out"
        by = f", by {each['by']}" if each["by"] else ""
        undone = f" (undone {each['undone'][:10]})" if each["undone"] else ""
        yield f"{each['id'][:SHOWN_CHARS]}  {what}: {each['what']}{by}{undone}"
    yield from (f"{word} = {meaning}" for word, meaning in told.get("glossary", {}).items())


def where(author: str | None, file: str, date: str | None) -> str:
    """Where words come from."""
    return ", ".join(part for part in (author, file, date) if part)


def change_line(changed: Json) -> str:
    """What a verb changed."""
    told = []
    for name, value in changed.items():
        if value in (None, [], ""):
            continue
        short = value[:SHOWN_CHARS] if name == "id" and "-" not in value else value
        told.append(f"{name.replace('_', ' ')}: {', '.join(short) if isinstance(short, list) else short}")
    return "done; " + "; ".join(told)


def _file_line(file: Json) -> str:
    kinds = ", ".join(f"{count:,} {KINDS[kind][count != 1]}" for kind, count in file["kinds"].items())
    dates = f", {file['first'][:10]} to {file['last'][:10]}" if file["first"] else ""
    others = sum(file["kinds"].values()) - file["theirs"]
    by = f", {others:,} by others" if others else ""
    out = "; left out" if file["left_out"] else ""
    not_for = f"; not for {', '.join(file['not_for'])}" if file["not_for"] else ""
    return f"{file['file']}: {kinds}{by}{dates}{out}{not_for}"
