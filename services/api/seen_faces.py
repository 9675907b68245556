"""The faces that were found in photos, for as long as somebody chooses among them. Knows no route.

Looking takes a second, and whoever sees a photo asks for each of its faces: so it is done once, and what was found in a
few photos stays in memory. A photo is known by the id of its blob or of its upload, which never has another content.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from data.importers.imported import File
from data.shelf import Shelf
from services import portraying
from services.portraying import Faces

MOST_PHOTOS = 8  # at once: a photo of a big family is 2 MB of faces


class SeenFaces:
    """Those of one service."""

    def __init__(self) -> None:
        self._seen = Shelf[tuple[str, str, bool], None, Faces](MOST_PHOTOS)

    def of(
        self,
        memorial_id: str,
        photo_id: str,
        name: str,
        lent: Callable[[], AbstractContextManager[Path]],
        *,
        as_is: bool,
    ) -> Faces:
        """Those of one photo; its file is lent where nobody has looked yet."""

        def look() -> Faces:
            with lent() as path:
                return portraying.faces_cut(File.on_disk(path, name), straighten=not as_is)

        return self._seen.get((memorial_id, photo_id, as_is), None, look)

    def forget_photo(self, memorial_id: str, photo_id: str) -> None:
        """One is no more."""
        self._seen.forget(lambda key: key[:2] == (memorial_id, photo_id))

    def forget(self, memorial_id: str) -> None:
        """Those of a memorial that is no more."""
        self._seen.forget(lambda key: key[0] == memorial_id)
