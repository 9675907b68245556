"""The only SQL. Knows tables and transactions; what is personal comes sealed and goes out sealed."""

from data.store.store import KeptRow, Made, Rows, Store, explained, new_file, sqlite_url

__all__ = ["KeptRow", "Made", "Rows", "Store", "explained", "new_file", "sqlite_url"]
