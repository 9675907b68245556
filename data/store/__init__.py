"""The only SQL. Knows tables and transactions; what is personal comes sealed and goes out sealed."""

from data.store.store import KeptRow, Made, Rows, Store

__all__ = ["KeptRow", "Made", "Rows", "Store"]
