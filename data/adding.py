"""What is added to one memorial inside one transaction. Knows blobs, seals and rows; who opens it sees to the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from data.store import KeptRow, Made, Rows
from data.types import Letter
from data.vault import Vault

Outcome = Literal["kept", "there", "corrected"]  # new; the very same; the same, of which another author is told now


class Adding:
    """One change on its way. `fresh` are the blobs that it put, `replaced` those to discard once it is kept."""

    def __init__(self, vault: Vault, rows: Rows, memorial_id: str) -> None:
        self.memorial_id = memorial_id
        self.fresh: list[str] = []
        self.replaced: list[str] = []
        self._kept: dict[bytes, str] = {}  # blob ids by content
        self._vault = vault
        self._rows = rows

    def add_letters(self, letters: Sequence[Letter], original: bytes, author: str | None = None) -> list[Outcome]:
        """Letters or messages of one file. `author` is None where the person wrote them, and corrects those there."""
        return [self._add_letter(letter, original, author) for letter in letters]

    def add_recording(self, file: str, original: bytes, profile: bytes) -> bool:
        """A recording, and the voice profile enrolled from all of them so far as the latest.

        False where the very same recording is there already; the profile becomes the latest all the same.
        """
        return self._add_with_made("recording", file, original, "voices", profile)

    def add_portrait(self, file: str, original: bytes, rig: bytes) -> bool:
        """A photo, and its rig as the one to be shown.

        False where the very same photo is there already; its new rig becomes the latest all the same.
        """
        return self._add_with_made("photo", file, original, "portraits", rig)

    def add_paper(self, job_id: str, name: str, data: bytes) -> None:
        """What a job was given, or has made. A paper is written once: the one that is there already stays."""
        if self._rows.paper(self.memorial_id, job_id, name) is None:
            self._rows.add_paper(self.memorial_id, job_id, name, self._keep(data))

    def remove_papers(self, job_id: str, *names: str) -> None:
        """Those of these names, or all of the job's."""
        self._discard(self._rows.remove_papers(self.memorial_id, job_id, names or None))

    def _add_letter(self, letter: Letter, original: bytes, author: str | None) -> Outcome:
        content = (letter.kind, letter.date or "", letter.text)
        fingerprint = self._vault.fingerprint(self.memorial_id, *(part.encode() for part in content))
        source_id = self._rows.source_with(self.memorial_id, fingerprint)
        if source_id is None:
            self._add_source(letter.kind, fingerprint, original, letter.file, author, letter.date, letter.text)
            return "kept"
        return "corrected" if self._correct_author(source_id, fingerprint, author) else "there"

    def _correct_author(self, source_id: int, fingerprint: bytes, author: str | None) -> bool:
        sealed = self._rows.author_of(source_id)
        at = place(fingerprint, "author")
        known = None if sealed is None else self._vault.unseal(self.memorial_id, sealed, at)
        if known == author:
            return False
        self._rows.set_author(source_id, self._sealed(fingerprint, "author", author))
        return True

    def _add_with_made(self, kind: str, file: str, original: bytes, what: Made, made: bytes) -> bool:
        fingerprint = self._vault.fingerprint(self.memorial_id, kind.encode(), original)
        source_id = self._rows.source_with(self.memorial_id, fingerprint)
        is_new = source_id is None
        if source_id is None:
            source_id = self._add_source(kind, fingerprint, original, file)
        self._discard(self._rows.set_made(what, self.memorial_id, source_id, self._keep(made)))
        return is_new

    def _discard(self, unused: list[str]) -> None:
        self.replaced += unused
        self._kept = {data: blob_id for data, blob_id in self._kept.items() if blob_id not in unused}

    def _add_source(
        self,
        kind: str,
        fingerprint: bytes,
        original: bytes,
        file: str,
        author: str | None = None,
        date: str | None = None,
        text: str | None = None,
    ) -> int:
        row = KeptRow(
            kind=kind,
            fingerprint=fingerprint,
            file=self._sealed(fingerprint, "file", file) or b"",
            author=self._sealed(fingerprint, "author", author),
            date=self._sealed(fingerprint, "date", date),
            text=self._sealed(fingerprint, "text", text),
            blob_id=self._keep(original),
        )
        return self._rows.add_source(self.memorial_id, row)

    def _sealed(self, fingerprint: bytes, column: str, value: str | None) -> bytes | None:
        return None if value is None else self._vault.seal(self.memorial_id, value, place(fingerprint, column))

    def _keep(self, data: bytes) -> str:
        """The blob with this content: a file of many messages is kept once."""
        if data in self._kept:
            return self._kept[data]
        fingerprint = self._vault.fingerprint(self.memorial_id, b"blob", data)
        blob_id = self._rows.blob_with(self.memorial_id, fingerprint)
        if blob_id is None:
            blob_id = self._vault.put(self.memorial_id, data)
            self.fresh.append(blob_id)
            self._rows.add_blob(self.memorial_id, blob_id, fingerprint)
        self._kept[data] = blob_id
        return blob_id


def place(fingerprint: bytes, column: str) -> str:
    """What a sealed cell is bound to: its column and its row, named by what the row holds."""
    return f"sources.{column}.{fingerprint.hex()}"
