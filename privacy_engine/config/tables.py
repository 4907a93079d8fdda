"""Every table of `config.toml` with its defaults, and the `Settings` that hold them all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Instance:
    """Who this instance is; `origin` names its log for ever (C2SP tlog-checkpoint)."""

    name: str = "Session in Progress"
    origin: str = "sessioninprogress.example/log"
    time_zone: str = "America/Los_Angeles"
    jurisdiction: str = "us-ca"
    language: str = "en"
    public_url: str = "http://127.0.0.1:8700"

    def __post_init__(self) -> None:
        """Drop a slash at the end of `public_url`: every path begins with one."""
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))


@dataclass(frozen=True)
class Controller:
    """The organisation that decides about the data; printed on letters and reports."""

    name: str = ""
    address: str = ""
    email: str = ""
    officer_title: str = "Privacy Officer"


@dataclass(frozen=True)
class Database:
    """Where the log and the registers live: SQLite (embedded) or PostgreSQL."""

    url: str = "sqlite:///var/data/engine.db"
    pool_size: int = 8


@dataclass(frozen=True)
class Redis:
    """Delivery of due work by RQ; empty means the in-process worker."""

    url: str = ""


@dataclass(frozen=True)
class Keys:
    """The key directory, and who holds the master key: a `file` anywhere, or `transit`."""

    directory: str = "var/keys"
    provider: str = "file"
    master_key_file: str = ""
    transit_url: str = ""
    transit_key: str = "privacy-engine"
    transit_token_file: str = ""


@dataclass(frozen=True)
class Mail:
    """`outbox` seals letters into a folder that the console shows; `smtp` sends them."""

    transport: str = "outbox"
    smtp_url: str = ""
    sender: str = "privacy@example.org"
    outbox: str = "var/outbox"


@dataclass(frozen=True)
class Exports:
    """Where produced reports and packages go, and who says when they were signed.

    `time_stamping_url` is an authority that speaks RFC 3161, `time_stamping_authority` a file with
    the certificate it descends from (PEM); with both, signatures get the long-term form.
    """

    directory: str = "var/exports"
    time_stamping_url: str = ""
    time_stamping_authority: str = ""


@dataclass(frozen=True)
class Log:
    """`public_entries` opens the entry bundles to everybody (design: not on a small site).

    `witness_policy` is a file with the witnesses to ask (C2SP tlog-policy, each with its URL).
    `prune_after_days` is how long entries stay published, and so how far `log prune` may go; 0 is
    for ever.
    """

    public_entries: bool = False
    publish_seconds: int = 1
    witness_policy: str = ""
    witness_seconds: int = 60
    prune_after_days: int = 0


@dataclass(frozen=True)
class Server:
    """Where the web surfaces listen; of `trusted_proxies` the word on who asks is believed."""

    host: str = "127.0.0.1"
    port: int = 8700
    workers: int = 1
    secure_cookies: bool = False
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drills:
    """Drills with invented people; see docs/data-map.md."""

    monthly: bool = True


@dataclass(frozen=True)
class Approval:
    """Which kinds of action need a second person: retention, delete, document, hold."""

    two_person: tuple[str, ...] = ("retention",)


@dataclass(frozen=True)
class Retention:
    """When a run of the retention schedule stops by itself, to be looked at.

    `surprise_percent`: more records became due than were approved, by more than this share.
    `slow_batch_ms`: three batches in a row took longer than this in the site's database.
    `failed_percent`: more than this share of the batches failed.
    `hold_alert_days`: how many days before a legal hold ends by itself a mail goes to
    `requests.alert_to`, or without it to the controller's address.
    """

    surprise_percent: int = 0
    slow_batch_ms: int = 1_000
    failed_percent: int = 10
    hold_alert_days: tuple[str, ...] = ("14", "7", "1")

    @property
    def hold_distances(self) -> tuple[int, ...]:
        """The days before a hold ends by itself, fewest first."""
        return tuple(sorted({int(item) for item in self.hold_alert_days}))


@dataclass(frozen=True)
class Children:
    """How a parent can prove to be one; no `consent_methods` means all that the law names.

    `discloses`: something about children may leave the controller's hands, which closes the two
    weak ways for everybody. An empty setting closes the ways that need it. The secrets are those
    of Standard Webhooks.
    """

    discloses: bool = True
    consent_methods: tuple[str, ...] = ()
    telephone: str = ""
    provider: str = "webhook"
    provider_url: str = ""
    provider_secret: str = ""
    provider_key: str = ""
    provider_methods: tuple[str, ...] = ()
    texts_url: str = ""
    texts_secret: str = ""
    allow_private: bool = False


@dataclass(frozen=True)
class Limits:
    """Written limits; every one of them answers with a clear sentence when passed."""

    event_bytes: int = 65_536
    batch_events: int = 1_000
    batch_bytes: int = 2_097_152
    upload_bytes: int = 10_485_760
    events_per_second: int = 20_000
    bytes_at_once: int = 16_777_216
    portal_requests_per_hour: int = 60
    portal_answer_milliseconds: int = 250


@dataclass(frozen=True)
class Drp:
    """The doors of the Data Rights Protocol; closed while `business_ids` is empty.

    A business id may name its site (`ID=site`), which then reads those requests. `agents` is the
    network's directory of agents: an https address or a file, read daily.
    """

    business_ids: tuple[str, ...] = ()
    agents: str = ""
    clock_skew_seconds: int = 60
    allow_private_callbacks: bool = False

    @property
    def sites(self) -> Mapping[str, str]:
        """The site of each business id; `portal` where none is named."""
        pairs = (item.partition("=") for item in self.business_ids)
        return {business.strip(): site.strip() or "portal" for business, _, site in pairs}


@dataclass(frozen=True)
class Mailbox:
    """The privacy mailbox, read over IMAP; every message there becomes a draft of a request.

    `url` is `imaps://name@host`, empty: none is read. At first what came in the last `first_days`
    is read.
    """

    url: str = ""
    password: str = ""
    folder: str = "INBOX"
    every_minutes: int = 5
    first_days: int = 45


@dataclass(frozen=True)
class Requests:
    """Dates of the house beside those of the law, and when somebody is told that one is near.

    `internal_days`: from receipt to the day by which the house itself wants to answer, 0 for none;
    it never moves a date of the law. `alert_days`: how many days before a clock runs out a mail
    goes to `alert_to`, or without it to the controller's address; there too it is said that a
    person wrote about a request, appealed or sent a paper.
    """

    internal_days: int = 30
    alert_days: tuple[str, ...] = ("10", "5", "1")
    alert_to: str = ""

    @property
    def distances(self) -> tuple[int, ...]:
        """The days before a clock runs out, fewest first."""
        return tuple(sorted({int(item) for item in self.alert_days}))


@dataclass(frozen=True)
class Settings:
    """Everything that `config.toml` says, with paths made absolute against `root`.

    `addresses` are those of systems and recipients, by the name of the environment variable that
    the content gives as `url_setting`: addresses are not content.
    """

    root: Path
    instance: Instance = field(default_factory=Instance)
    controller: Controller = field(default_factory=Controller)
    database: Database = field(default_factory=Database)
    redis: Redis = field(default_factory=Redis)
    keys: Keys = field(default_factory=Keys)
    mail: Mail = field(default_factory=Mail)
    exports: Exports = field(default_factory=Exports)
    log: Log = field(default_factory=Log)
    server: Server = field(default_factory=Server)
    approval: Approval = field(default_factory=Approval)
    retention: Retention = field(default_factory=Retention)
    children: Children = field(default_factory=Children)
    drills: Drills = field(default_factory=Drills)
    limits: Limits = field(default_factory=Limits)
    drp: Drp = field(default_factory=Drp)
    mailbox: Mailbox = field(default_factory=Mailbox)
    requests: Requests = field(default_factory=Requests)
    addresses: Mapping[str, str] = field(default_factory=dict)
    test_mode: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The controller's time zone, in which local days are counted."""
        return ZoneInfo(self.instance.time_zone)

    @property
    def embedded(self) -> bool:
        """Whether one process does everything: no Redis to hand work to."""
        return not self.redis.url

    @property
    def on_sqlite(self) -> bool:
        """Whether the engine's own database is SQLite."""
        return self.database.url.startswith("sqlite")

    @property
    def origin(self) -> str:
        """The log's origin; test mode is a log of its own."""
        return self.instance.origin + ("/test" if self.test_mode else "")

    def path(self, text: str) -> Path:
        """Return `text` as a path, relative to the instance."""
        return self.root / text

    @property
    def keys_directory(self) -> Path:
        """Where the key ring lies; a subdirectory of its own in test mode."""
        directory = self.path(self.keys.directory)
        return directory / "test" if self.test_mode else directory

    @property
    def exports_directory(self) -> Path:
        """Where produced files go."""
        directory = self.path(self.exports.directory)
        return directory / "test" if self.test_mode else directory

    @property
    def outbox_directory(self) -> Path:
        """Where sealed letters lie when no mail server is set."""
        directory = self.path(self.mail.outbox)
        return directory / "test" if self.test_mode else directory

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: absolute for SQLite, psycopg for PostgreSQL."""
        url = self.database.url
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            path = self.path(url.removeprefix("sqlite:///"))
            if self.test_mode:
                path = path.with_name(f"{path.stem}-test{path.suffix}")
            return f"sqlite:///{path}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)

    def for_test_mode(self) -> "Settings":
        """Return the settings of the world that `_test_` keys write to; it never sends mail."""
        return replace(self, test_mode=True, mail=replace(self.mail, transport="outbox"))
