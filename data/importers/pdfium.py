"""The one door to PDFium, which two threads must not enter at once. Knows no letters.

PDFium is imported when first used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, BinaryIO

from data.errors import Damaged, Locked
from data.importers.text import UNREADABLE

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

LOCK = RLock()  # held for each call; again by who holds it, as a page is asked for while its document is open


@contextmanager
def opened(name: str, content: BinaryIO | bytes) -> Iterator[PdfDocument]:
    """A document; raises `BadText` where it is damaged or locked, now or while the block reads it."""
    import pypdfium2

    try:
        with LOCK:
            document = pypdfium2.PdfDocument(io.BytesIO(content) if isinstance(content, bytes) else content)
        try:
            yield document
        finally:
            with LOCK:
                document.close()
    except pypdfium2.PdfiumError as err:
        if err.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise Locked(f"{name} has a password: save it without one", file=name) from err
        raise Damaged(f"{name} is damaged: print it anew to PDF, or save it as .txt", file=name) from err
    except UNREADABLE as err:
        raise Damaged(f"{name} is damaged: print it anew to PDF, or save it as .txt", file=name) from err
