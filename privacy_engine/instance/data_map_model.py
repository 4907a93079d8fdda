"""What a data map says: systems, tables, columns, references and what deletion does to each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from privacy_engine.errors import UnknownCode
from privacy_engine.instance.data_map_kinds import (
    FilesRule,
    MailboxRules,
    OpenDsrRules,
    QuarantineRules,
)
from privacy_engine.instance.terms import DATA_MAP_FILE
from privacy_engine.instance.where import NOWHERE, Where
from privacy_engine.law.periods import Period

CATEGORIES = {
    "A": "Identifiers",
    "B": "Customer records (Civ. Code 1798.80(e))",
    "C": "Protected classes",
    "D": "Commercial information",
    "E": "Biometric information",
    "F": "Internet or network activity",
    "G": "Geolocation",
    "H": "Audio, visual or similar",
    "I": "Professional or employment information",
    "J": "Education information",
    "K": "Inferences",
    "L": "Sensitive personal information",
}
"""The statutory categories. Source: Cal. Civ. Code 1798.140(v)(1)."""


class ConnectorKind(StrEnum):
    """How the engine reaches a system."""

    SQL = "sql"
    WEBHOOK = "webhook"
    MANUAL = "manual"
    OPENDSR = "opendsr"
    MAILBOX = "mailbox"
    FILES = "files"
    RECIPIENT = "recipient"


class IdentityKind(StrEnum):
    """What a site can call a person by."""

    EMAIL = "email"
    PHONE = "phone"
    ACCOUNT = "account"
    DEVICE = "device"
    EXTERNAL = "external"

    @property
    def names_one_person(self) -> bool:
        """Whether this alone says who a row is about; a telephone or device may be shared."""
        return self not in {IdentityKind.PHONE, IdentityKind.DEVICE}


class Owner(StrEnum):
    """Whose a row is, once it is reached."""

    SUBJECT = "subject"
    SHARED = "shared"
    OTHER = "other"


class OnDelete(StrEnum):
    """What a deletion does to the rows of a table; `decide` leaves it to the officer."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    UNLINK = "unlink"
    KEEP = "keep"
    DECIDE = "decide"


class Ownership(StrEnum):
    """What a reference carries: the row that holds it, the row that it names, or nothing."""

    ROW = "row"
    TARGET = "target"
    NONE = "none"


class OnTargetDelete(StrEnum):
    """What becomes of a reference when the row that it names goes."""

    UNLINK = "unlink"
    KEEP = "keep"
    DECIDE = "decide"


class Disposal(StrEnum):
    """What deletion does to one column of a row that stays."""

    NULL = "null"
    KEYED_HASH = "keyed_hash"
    FIXED = "fixed"
    PSEUDONYM = "pseudonym"
    KEEP = "keep"


@dataclass(frozen=True)
class Keep:
    """Why something stays: a ground, its citation, and until when.

    `until` is a day; or `period` runs from the date in column `trigger` of each row. With
    neither the ground has no end, and reports say so.
    """

    ground: str
    citation: str
    period: Period | None = None
    trigger: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class ColumnRule:
    """What happens to a column: how it is disposed of, with the fixed value or the ground."""

    disposal: Disposal
    value: str | int | None = None
    keep: Keep | None = None


@dataclass(frozen=True)
class Column:
    """One declared column.

    `parties` names the identity and reference columns, through any of which a shared row
    concerns the person whose data this column holds; none means any. `proof` is the detail by
    which whoever asks may show that they are the person.
    """

    name: str
    category: str = ""
    sensitive: bool = False
    on_delete: ColumnRule | None = None
    export: bool = True
    never_disclose: bool = False
    parties: tuple[str, ...] = ()
    title: str = ""
    proof: str = ""
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Identity:
    """A column that holds an identifier; `issuer` narrows an external one."""

    kind: IdentityKind
    column: str
    issuer: str = ""


@dataclass(frozen=True)
class Reference:
    """A link from `columns` of this table to `to_columns` of table `to`."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    ownership: Ownership = Ownership.ROW
    on_delete: OnTargetDelete = OnTargetDelete.DECIDE
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Table:
    """One table (`schema.name` where it needs a schema): how it is found and disposed of.

    `triggers` maps what starts a retention period (`created`, `ended`) to a date column.
    `delete_after` names tables whose rows must be gone before these.
    """

    name: str
    series: str
    key: tuple[str, ...]
    owner: Owner = Owner.SUBJECT
    on_delete: OnDelete = OnDelete.DELETE
    keep: Keep | None = None
    identities: tuple[Identity, ...] = ()
    references: tuple[Reference, ...] = ()
    columns: tuple[Column, ...] = ()
    triggers: tuple[tuple[str, str], ...] = ()
    delete_after: tuple[str, ...] = ()
    where: Where = field(default=NOWHERE, compare=False, repr=False)

    def column(self, name: str) -> Column | None:
        """Return what is declared about a column, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def trigger(self, word: str) -> str | None:
        """Return the date column from which `word` counts, or None."""
        return dict(self.triggers).get(word)

    @property
    def named_columns(self) -> frozenset[str]:
        """Every column that the map mentions, in whatever part."""
        return frozenset(
            [
                *self.key,
                *(identity.column for identity in self.identities),
                *(name for reference in self.references for name in reference.columns),
                *(column.name for column in self.columns),
                *(name for _, name in self.triggers),
            ]
        )


@dataclass(frozen=True)
class Planting:
    """What a drill plants for its invented person; `{email}` and the like are filled.

    `place` is the table of a row, the folder of a message, or the path of a file; where in it
    the person's name stands is then a part of what is planted.
    """

    place: str
    values: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True)
class System:
    """A place where personal data lives, and how it is reached.

    Exactly one of `url`, `url_file` (a file that holds it) and `url_setting` (the name of a
    setting) is given where the connector needs an address; `secret_file` signs webhooks, or
    holds a mailbox's password, a bucket's options or a vendor's token. `search_by` is what a
    person who searches by hand is shown, and no more. `not_personal` names
    tables that somebody looked at and that hold nothing about people; `sentinel` is how an
    invented person is planted for a drill. `identities` are the fields of a webhook's records
    that say whose each is; `correctable` are fields, as `series.field`, that may be corrected
    where no tables are mapped.
    """

    code: str
    title: str
    connector: ConnectorKind
    url: str = ""
    url_file: str = ""
    url_setting: str = ""
    read_only_url: str = ""
    secret_file: str = ""
    allow_private: bool = False
    test: bool = False
    searchable: bool = True
    recipients: tuple[str, ...] = ()
    declared_series: tuple[str, ...] = ()
    declared_categories: tuple[str, ...] = ()
    contact: str = ""
    search_by: tuple[str, ...] = ("email", "phone")
    identities: tuple[Identity, ...] = ()
    correctable: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    files: tuple[FilesRule, ...] = ()
    mailbox: MailboxRules | None = None
    opendsr: OpenDsrRules | None = None
    quarantine: QuarantineRules | None = None
    not_personal: tuple[str, ...] = ()
    sentinel: tuple[Planting, ...] = ()
    where: Where = field(default=NOWHERE, compare=False, repr=False)

    @property
    def series(self) -> tuple[str, ...]:
        """Every series held here, each once, in the order written."""
        names = [*self.declared_series, *(table.series for table in self.tables)]
        names += [rule.series for rule in self.files]
        return tuple(dict.fromkeys(names))

    @property
    def categories(self) -> tuple[str, ...]:
        """The statutory categories held here, by letter."""
        held = {column.category for table in self.tables for column in table.columns}
        return tuple(sorted({*held, *self.declared_categories} - {""}))

    def table(self, name: str) -> Table:
        """Return one table.

        Raises:
            UnknownCode: the map has no such table in this system.
        """
        for table in self.tables:
            if table.name == name:
                return table
        raise UnknownCode(f"{DATA_MAP_FILE} lists no table {name!r} in {self.code}")


@dataclass(frozen=True)
class DataMap:
    """Every system of the instance."""

    systems: tuple[System, ...] = ()

    def system(self, code: str) -> System:
        """Return one system.

        Raises:
            UnknownCode: the map has no such system.
        """
        for system in self.systems:
            if system.code == code:
                return system
        raise UnknownCode(f"{DATA_MAP_FILE} lists no system {code!r}")

    def ever(self, code: str) -> System:
        """Return a system; of one that the map no longer names nothing but its code is known."""
        known = {item.code: item for item in self.systems}
        return known.get(code) or System(code, code, ConnectorKind.RECIPIENT)

    def holding(self, series: str) -> Iterator[System]:
        """Yield the systems that hold a series."""
        return (system for system in self.systems if series in system.series)
