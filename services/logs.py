"""What the service writes down: one JSON object a line, and no word of anybody's.

Our own records hold the fields that they are given: templates of routes, statuses, times and sizes. Of a failure there
is its class and its place in the code. Of a library's record there is no more than who wrote it, for its words may hold
anything; uvicorn's are kept as it wrote them before it put values into them.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

from data import files
from data.errors import where

LOG: Final = "serve.log"
LOG_BYTES, LOG_FILES = 5_000_000, 3
OURS: Final = "lantern.service"

_log = logging.getLogger(OURS)


def tell(event: str, error: BaseException | None = None, level: int = logging.INFO, **fields: Any) -> None:
    """Write down that something happened; the fields are numbers, names of ours and random ids."""
    _log.log(level, event, exc_info=error, extra={"fields": fields})


class Lines(logging.Formatter):
    """Makes one line of JSON of a record. `debug`: with the whole trace of a failure, whatever it holds."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """The object, as text."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == OURS:
            fields: Mapping[str, Any] = getattr(record, "fields", {})
            told |= {"event": str(record.msg), **fields}
        else:
            told |= {"event": "library", "library": record.name, "at": f"{record.filename}:{record.lineno}"}
            if record.name.startswith("uvicorn"):
                told["says"] = str(record.msg).strip()
        if record.exc_info and record.exc_info[1] is not None:
            told |= {"error": type(record.exc_info[1]).__name__, "where": where(record.exc_info[1])}
            if self._debug:
                told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=True)


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — the library's
        """A line that finds no room on the disk is no reason to stop serving."""


@contextmanager
def written(folder: Path, *, debug: bool) -> Iterator[None]:
    """While the block runs all of it goes to `serve.log` there, and to standard error where that is no terminal.

    What a thread fails with goes there too: by itself Python would print its words on the terminal.
    """
    path = folder / LOG
    with files.explained(path):
        handlers: list[logging.Handler] = [_LogFile(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES)]
    if not sys.stderr.isatty():
        handlers.append(logging.StreamHandler(sys.stderr))
    root = logging.getLogger()
    _log.setLevel(logging.INFO)
    for name in ("uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(Lines(debug=debug))
        root.addHandler(handler)
    before, threading.excepthook = threading.excepthook, _fell
    try:
        yield
    finally:
        threading.excepthook = before
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _fell(fault: threading.ExceptHookArgs) -> None:
    tell("fault", fault.exc_value, logging.ERROR)
