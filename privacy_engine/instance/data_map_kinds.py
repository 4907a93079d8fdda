"""What the data map says of systems that are no databases: files, mailboxes, OpenDSR vendors."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class FilesRule:
    """Which files of a folder or bucket are a person's, and how they are found.

    `files` is a path with `*` (within a folder), `**` (through folders) and, where a name says
    whose a file is, `{email}`, `{phone}`, `{account}` or `{device}`. Without such a word the file
    is searched inside: `identities` pairs a kind with the columns (CSV) or dotted paths (JSON)
    that hold it, and `records` is where in a JSON document the list of records lies.
    """

    files: str
    series: str
    identities: tuple[tuple[str, tuple[str, ...]], ...] = ()
    records: str = ""
    delete_mentions: bool = False

    @property
    def is_named(self) -> bool:
        """Whether the file's own name says whose it is."""
        return "{" in self.files


@dataclass(frozen=True)
class MailboxRules:
    """How a mailbox is searched.

    `own` lists addresses and `@domains` of the organisation itself. A message in which others
    take part too waits for a decision, unless `shared` says that it goes.
    """

    own: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    delete_shared: bool = False


class Padding(StrEnum):
    """How a vendor pads its RSA signatures; vendors that speak OpenDSR use the first."""

    PKCS1 = "pkcs1v15"
    PSS = "pss"


class VendorAuth(StrEnum):
    """How we prove to a vendor who asks; the secret is in `secret_file`."""

    BEARER = "bearer"
    BASIC = "basic"
    NONE = "none"


class Regulation(StrEnum):
    """The law that a request to a vendor names. Source: OpenDSR 2.0 §7.1."""

    CCPA = "ccpa"
    GDPR = "gdpr"


@dataclass(frozen=True)
class QuarantineRules:
    """Where a system hears by signed webhook that a child's data stands still.

    Exactly one of `url` and `url_setting` is given, and `secret_file` signs; a webhook system
    may leave all three out and hears it where it hears everything else.
    """

    url: str = ""
    url_setting: str = ""
    secret_file: str = ""


@dataclass(frozen=True)
class OpenDsrRules:
    """How a vendor that speaks OpenDSR is asked.

    Attributes:
        processor: the domain whose certificate signs its answers; no other is believed.
        certificate_file: that certificate as PEM; empty: fetched from the vendor's discovery.
        version: 2, or 1 for a vendor that still speaks OpenGDPR.
        identities: pairs of our kind of identifier and the vendor's `identity_type`.
        hashed: `identity_format`s other than raw, by our kind.
    """

    processor: str
    version: int = 2
    regulation: Regulation = Regulation.CCPA
    auth: VendorAuth = VendorAuth.BEARER
    padding: Padding = Padding.PKCS1
    certificate_file: str = ""
    identities: tuple[tuple[str, str], ...] = (
        ("email", "email"),
        ("account", "controller_customer_id"),
    )
    hashed: tuple[tuple[str, str], ...] = ()
