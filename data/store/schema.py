"""The tables as they are today. How they came to be so is told by the migrations, which must end here.

Columns of type `LargeBinary` are sealed or fingerprinted under the memorial's key; ids are random; times are when
something was added, never when somebody lived; numbers say where in a chat or in a recording something stands. Nothing
else may be stored in the clear.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

HEAD = "0005"  # the newest migration; a test holds it against the folder

THEIRS = ("letter", "message", "spoken")
WORDS = (*THEIRS, "told")
KINDS = (*WORDS, "recording", "photo")
ID_CHARS = 32

metadata = MetaData()

memorials = Table(
    "memorials",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("person", LargeBinary, nullable=False),  # name, dates and language as one sealed JSON object
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("arriving", BigInteger),  # the arrival of which not all is there yet; what belongs to it is not seen
)

blobs = Table(  # a file of the vault without a row here is an orphan
    "blobs",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("fingerprint", LargeBinary, nullable=False),  # of the content: the same file is kept once
    UniqueConstraint("memorial_id", "fingerprint", name="one_blob_a_content"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("author", LargeBinary),
    Column("date", LargeBinary),
    Column("text", LargeBinary),
    Column("blob_id", String(ID_CHARS), ForeignKey("blobs.id"), nullable=False, index=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("conversation", LargeBinary),
    Column("place", Integer),  # in the conversation
    Column("doubtful", LargeBinary),  # lines of the text, as JSON
    Column("start_ms", Integer),  # of what was said, in its recording
    Column("end_ms", Integer),
    Column("occurrence", LargeBinary),  # of a message: the same in every export of its chat
    Column("arrival", BigInteger),  # a random number: the change with which it came
    Column("partner", LargeBinary),  # the one with whom a message was exchanged, where its chat has one only
    UniqueConstraint("memorial_id", "fingerprint", name="one_source_a_content"),
    Index("sources_by_occurrence", "memorial_id", "occurrence"),
    CheckConstraint("kind IN ('letter', 'message', 'spoken', 'told', 'recording', 'photo')", name="known_kind"),
)


def _made_of_a_source(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column(
            "memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        Column("source_id", Integer, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("blob_id", String(ID_CHARS), ForeignKey("blobs.id"), nullable=False, index=True),
        Column("added_at", DateTime(timezone=True), nullable=False),
    )


portraits = _made_of_a_source("portraits")  # the blob is a rig
voices = _made_of_a_source("voices")  # the blob is a voice profile

papers = Table(  # what a piece of long work was given and has made so far; gone with it
    "papers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", String(ID_CHARS), nullable=False, index=True),
    Column("name", String(16), nullable=False),
    Column("blob_id", String(ID_CHARS), ForeignKey("blobs.id"), nullable=False, index=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("memorial_id", "job_id", "name", name="one_paper_a_name"),
)

models = Table(  # what a language model needs to answer for the memorial: its adapter, its verdict, the family's choice
    "models",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(16), nullable=False),
    Column("blob_id", String(ID_CHARS), ForeignKey("blobs.id"), nullable=False, index=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("memorial_id", "name", name="one_model_file_a_name"),
)


def _notes(name: str) -> Table:
    """What the family or a visitor says beside the sources: one sealed JSON object each."""
    return Table(
        name,
        metadata,
        Column("id", String(ID_CHARS), primary_key=True),
        Column(
            "memorial_id", String(ID_CHARS), ForeignKey("memorials.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        Column("note", LargeBinary, nullable=False),
        Column("added_at", DateTime(timezone=True), nullable=False),
        Column("undone_at", DateTime(timezone=True)),  # taken back, and kept as history
    )


visitors = _notes("visitors")  # name, relation, called
remembered = _notes("remembered")  # what a visitor told: visitor, text, date
corrections = _notes("corrections")  # a sentence struck, or a file left out: what, by whom
audience = _notes("audience")  # a file, and the names of those to whom nothing of it is said
glossary = _notes("glossary")  # word, meaning
confirmations = _notes("confirmations")  # a doubtful line, and what it says
