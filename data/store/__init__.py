"""The only SQL. Knows tables and transactions; what is personal comes sealed and goes out sealed."""

from data.store.rows import Identity, KeptRow, Made, Noted, NoteRow, Rows
from data.store.schema import THEIRS, WORDS
from data.store.store import Store, explained, new_file, sqlite_url
from data.store.upload_rows import UploadRow

__all__ = [
    "THEIRS",
    "WORDS",
    "Identity",
    "KeptRow",
    "Made",
    "NoteRow",
    "Noted",
    "Rows",
    "Store",
    "UploadRow",
    "explained",
    "new_file",
    "sqlite_url",
]
