"""The tables as they are today. How they came to be so is told by the migrations, which must end here.

Columns of type `LargeBinary` are sealed or fingerprinted under the memorial's key, or under the home's where no
memorial is meant; passwords and what opens a session are kept as hashes alone; ids are random; times are when something
was added, never when somebody lived; numbers say where in a chat or in a recording something stands. Nothing else may
be stored in the clear.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

HEAD = "0006"  # the newest migration; a test holds it against the folder

THEIRS = ("letter", "message", "spoken")
WORDS = (*THEIRS, "told")
KINDS = (*WORDS, "recording", "photo")
ID_CHARS = 32

metadata = MetaData()
version = Table(  # alembic's own
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

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
    Index("sources_by_arrival", "memorial_id", "arrival", "added_at"),
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


# Who may come in, and what was said and made there


def _in_memorial(*, nullable: bool = False) -> Column[str]:
    return Column(
        "memorial_id",
        String(ID_CHARS),
        ForeignKey("memorials.id", ondelete="CASCADE"),
        nullable=nullable,
        index=True,
    )


def _by_account(*, nullable: bool = False) -> Column[str]:
    gone = "SET NULL" if nullable else "CASCADE"
    return Column(
        "account_id", String(ID_CHARS), ForeignKey("accounts.id", ondelete=gone), nullable=nullable, index=True
    )


def _added_at() -> Column[datetime]:
    return Column("added_at", DateTime(timezone=True), nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),  # fingerprint of the folded name to sign in with
    Column("name", LargeBinary, nullable=False),
    Column("password", String(200)),  # Argon2id; none where another provider signs them in
    Column("openid", LargeBinary, unique=True),  # fingerprint of issuer and subject
    Column("keeper", Boolean, nullable=False),  # has the key of the home: steward of every memorial in it
    _added_at(),
)

sessions = Table(  # a browser that is signed in
    "sessions",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("secret", LargeBinary, nullable=False, unique=True),  # SHA-256 of what the cookie holds
    _by_account(),
    Column("agent", LargeBinary),  # what the browser calls itself
    _added_at(),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)

tokens = Table(  # for programs
    "tokens",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("secret", LargeBinary, nullable=False, unique=True),
    _by_account(),
    Column("name", LargeBinary, nullable=False),
    Column("scope", String(16), nullable=False),  # the role that it has at most
    _in_memorial(nullable=True),  # the only one that it sees
    _added_at(),
    Column("seen_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
)

members = Table(
    "members",
    metadata,
    Column("id", Integer, primary_key=True),
    _in_memorial(),
    _by_account(),
    Column("role", String(16), nullable=False),
    Column("visitor", LargeBinary),  # the name under which the family knows them
    _added_at(),
    UniqueConstraint("memorial_id", "account_id", name="one_role_a_memorial"),
    CheckConstraint("role IN ('visitor', 'contributor', 'steward')", name="known_role"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("secret", LargeBinary, nullable=False, unique=True),
    _in_memorial(),
    Column("role", String(16), nullable=False),
    Column("visitor", LargeBinary),
    _added_at(),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("accepted_at", DateTime(timezone=True)),
    CheckConstraint("role IN ('visitor', 'contributor', 'steward')", name="known_role_invited"),
)

uploads = Table(  # their content comes as papers, a piece at a time
    "uploads",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    _in_memorial(),
    _by_account(),
    Column("about", LargeBinary, nullable=False),  # name, size, fingerprint and how much is here, as JSON
    _added_at(),
    Column("touched_at", DateTime(timezone=True), nullable=False),  # when the last of it came
)

answered = Table(  # requests with an idempotency key, and what was answered to them
    "answered",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # fingerprint of account, route and key
    Column("request", LargeBinary, nullable=False),  # fingerprint of the body
    _by_account(),
    Column("status", Integer),  # none while the first is still being answered
    Column("body", LargeBinary),
    _added_at(),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    _in_memorial(),
    _by_account(),
    Column("visitor", LargeBinary),  # the name under which they spoke
    _added_at(),
    Column("spoken_at", DateTime(timezone=True), nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(ID_CHARS), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),  # from 0
    Column("said", LargeBinary, nullable=False),  # line, phrases and how it ended, as JSON
    _added_at(),
    UniqueConstraint("conversation_id", "place", name="one_turn_a_place"),
)

clips = Table(
    "clips",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),  # that of the job which makes it
    _in_memorial(),
    _by_account(nullable=True),
    Column("kind", String(16), nullable=False),
    Column("about", LargeBinary, nullable=False),  # its words, its size, when the job was handed in, as JSON
    Column("blob_id", String(ID_CHARS), ForeignKey("blobs.id"), nullable=False, index=True),
    _added_at(),
    CheckConstraint("kind IN ('answer', 'farewell')", name="known_kind_of_clip"),
)
