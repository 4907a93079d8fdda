"""The tables of the log and of what lies sealed beside it.

`log_event`, `log_entry` and `log_checkpoint` are append-only in the database itself (triggers).
Everything that can be destroyed lies in the vault's tables, and nothing in the append-only ones
says which person an event is about. `seal` in the vault's tables is what `row_seals` makes.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from privacy_engine.database import UtcDateTime

APPEND_ONLY = ("log_event", "log_entry", "log_checkpoint")


class LogEventRow(SQLModel, table=True):
    """An accepted event: its leaf, and its envelope sealed under the instance's key."""

    __tablename__ = "log_event"

    event_id: str = Field(primary_key=True, max_length=26)
    kind: str = Field(max_length=64)
    site: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    envelope: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    # keyed hash of the sender's (site, source, id); 32 bytes, null for the engine's own events
    dedupe_key: bytes | None = Field(sa_column=Column(LargeBinary, unique=True))


class LogPendingRow(SQLModel, table=True):
    """An accepted event that has no position yet; the sequencer's work list."""

    __tablename__ = "log_pending"

    event_id: str = Field(primary_key=True, max_length=26)


class LogEntryRow(SQLModel, table=True):
    """A position of the log and the event that holds it; dense from 0."""

    __tablename__ = "log_entry"

    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    event_id: str = Field(unique=True, max_length=26)


class LogTileRow(SQLModel, table=True):
    """A tile of the Merkle tree; the last one of a level grows, a full one never changes."""

    __tablename__ = "log_tile"

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hashes: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogPruningRow(SQLModel, table=True):
    """A minimum index that the log had: below the greatest, tiles and entries are not published.

    `event_id` is that of the `log.pruned` that states it.
    """

    __tablename__ = "log_pruning"

    minimum_index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    event_id: str = Field(max_length=26)
    pruned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class LogTallyRow(SQLModel, table=True):
    """How many sequenced events of a kind a site has; a cache of what `log.tallied` states."""

    __tablename__ = "log_tally"

    kind: str = Field(primary_key=True, max_length=64)
    site: str = Field(primary_key=True, max_length=64)
    count: int


class LogCheckpointRow(SQLModel, table=True):
    """A signed tree head, as published."""

    __tablename__ = "log_checkpoint"

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str
    signed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class LogCosignatureRow(SQLModel, table=True):
    """A witness's signature line for a checkpoint, verified before it was kept."""

    __tablename__ = "log_cosignature"

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    # the key id (8 hex digits) and name of the witness
    witness: str = Field(primary_key=True, max_length=200)
    line: str
    kept_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SealedPartRow(SQLModel, table=True):
    """One part of an event under one key; deleting it, or its key, destroys what it says.

    `content_mac` (person part of a reported event only) tells a repeat from a conflict.
    """

    __tablename__ = "sealed_part"
    __table_args__ = (
        CheckConstraint("scope IN ('person','case','proof','rescan')", name="scope_known"),
    )

    event_id: str = Field(primary_key=True, max_length=26)
    scope: str = Field(primary_key=True, max_length=8)
    key_id: str = Field(max_length=32, index=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content_mac: bytes | None = Field(sa_column=Column(LargeBinary))


class VaultKeyRow(SQLModel, table=True):
    """A data key, wrapped under a key epoch. A person's key id *is* the subject id.

    `owner`: the subject id for person and proof keys, the case id for case and rescan keys.
    """

    __tablename__ = "vault_key"

    key_id: str = Field(primary_key=True, max_length=32)
    scope: str = Field(max_length=8)
    owner: str = Field(max_length=32, index=True)
    epoch: int = Field(index=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    keep_until: datetime | None = Field(sa_column=Column(UtcDateTime))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class VaultAliasRow(SQLModel, table=True):
    """A keyed hash of an identifier and the subject it names; never the identifier itself."""

    __tablename__ = "vault_alias"

    kind: str = Field(primary_key=True, max_length=16)
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    subject_id: str = Field(max_length=32, index=True)
    site: str = Field(max_length=64)
    claimed: bool = False
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class VaultLinkRow(SQLModel, table=True):
    """Two subjects belong together (`proven`), or somebody merely claims so.

    A weak link says that `first` uses the device or phone `second`; it joins nobody.
    """

    __tablename__ = "vault_link"

    first: str = Field(primary_key=True, max_length=32)
    second: str = Field(primary_key=True, max_length=32, index=True)
    weak: bool
    proven: bool
    event_id: str = Field(max_length=26)
    linked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class VaultSiteRow(SQLModel, table=True):
    """Which site has reported a subject: what it may ask about, and be told of."""

    __tablename__ = "vault_site"

    subject_id: str = Field(primary_key=True, max_length=32)
    site: str = Field(primary_key=True, max_length=64)
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class SuppressionRow(SQLModel, table=True):
    """The minimum kept so that a deleted or opted-out person stays so: a hash and what to do."""

    __tablename__ = "vault_suppression"

    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    action: str = Field(primary_key=True, max_length=32)
    pepper: int = 1
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ErasureNoticeRow(SQLModel, table=True):
    """For one site's own restore: hashes, under a key of that site, of people who were erased."""

    __tablename__ = "vault_erasure_notice"

    site: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=16)
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    erased_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class AggregateRow(SQLModel, table=True):
    """The last event of a case or hold; locked before deciding, so its events stay in order."""

    __tablename__ = "log_aggregate"

    name: str = Field(primary_key=True, max_length=64)
    last_event_id: str = Field(max_length=26)
