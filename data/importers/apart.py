"""Reads the pages of a PDF in a process of its own, with little memory and time: a few kilobytes can be written so that
PDFium takes all there is, and ends whoever called it. Knows neither letters nor PDFium.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zlib

from data.errors import Refused, TooMuch, as_json, from_json
from data.importers.imported import File

MOST_SECONDS = 120
MOST_MEMORY_BYTES = 1_500_000_000  # beside the file itself; the longest letters take a fifth
MARK_BYTES = 2_048  # within which PDFium looks for its mark, twice over
SMALL_BYTES = 1_000_000  # of a file that may be read without such care
MOST_DRAWN_BYTES = 2_000_000  # that its pages could draw; PDFium takes some hundred bytes for each
LIMITED = sys.platform == "linux"  # other systems do not heed a limit of memory

_STREAM = re.compile(rb"\bstream\r?\n")
_REFERENCE = re.compile(rb"\bR\b")
# What draws again and again, or hides what it draws.
_DOUBTFUL = re.compile(rb"/Form\b|/Encrypt\b|/[^\s/<>\[\]()#]*#|/Filter(?!\s*/FlateDecode\b)")


def is_harmless(content: bytes) -> bool:
    """Whether a PDF cannot draw much, even if each of its references drew all that it holds."""
    if b"%PDF-" not in content[:MARK_BYTES]:
        return True  # PDFium opens no such file
    if len(content) > SMALL_BYTES or _DOUBTFUL.search(content):
        return False
    parts, size = [content], len(content)
    for begun in _STREAM.finditer(content) if b"/Filter" in content else ():
        try:
            parts.append(zlib.decompressobj().decompress(content[begun.end() :], MOST_DRAWN_BYTES))
        except zlib.error:
            return False
        size += len(parts[-1])
        if size > MOST_DRAWN_BYTES or _DOUBTFUL.search(parts[-1]):
            return False
    return size * max(1, sum(len(_REFERENCE.findall(part)) for part in parts)) <= MOST_DRAWN_BYTES


def pages_apart(name: str, content: bytes) -> list[list[str]]:
    """The lines of each page, as `documents.pages_here` gives them. Raises `BadText`."""
    path = os.pathsep.join(filter(None, sys.path))
    try:
        ended = subprocess.run(  # noqa: S603 — this interpreter and a module of our own
            [sys.executable, "-m", "data.importers.apart", name],
            input=content,
            capture_output=True,
            timeout=MOST_SECONDS,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        told = json.loads(ended.stdout) if not ended.returncode else None
    except (subprocess.TimeoutExpired, ValueError):
        told = None
    if told is None:
        raise TooMuch(
            f"{name} takes more memory or time than a letter may: print it anew to PDF, or save it as .txt", file=name
        )
    if told["refused"] is not None:
        raise from_json(told["refused"])
    pages: list[list[str]] = told["pages"]
    return pages


def _main() -> None:
    from data.importers.documents import pages_here

    content = sys.stdin.buffer.read()
    if LIMITED:
        import resource

        most_bytes = MOST_MEMORY_BYTES + 2 * len(content)
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told: dict[str, object] = {"pages": pages_here(File.of(sys.argv[1], content)), "refused": None}
    except Refused as err:
        told = {"pages": [], "refused": as_json(err)}
    sys.stdout.buffer.write(json.dumps(told).encode())


if __name__ == "__main__":
    _main()
