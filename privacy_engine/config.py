"""`config.toml` and the environment become one frozen `Settings`, or every fault at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy_engine.errors import ContentFaults, Fault

ENVIRONMENT_PREFIX = "PRIVACY_ENGINE_"
ADDRESS_PREFIXES = (f"{ENVIRONMENT_PREFIX}SYSTEM_", f"{ENVIRONMENT_PREFIX}RECIPIENT_")


@dataclass(frozen=True)
class Instance:
    """Who this instance is; `origin` names its log for ever (C2SP tlog-checkpoint)."""

    name: str = "Session in Progress"
    origin: str = "sessioninprogress.example/log"
    time_zone: str = "America/Los_Angeles"
    jurisdiction: str = "us-ca"
    language: str = "en"
    public_url: str = "http://127.0.0.1:8700"


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
    """Where produced reports and packages go."""

    directory: str = "var/exports"


@dataclass(frozen=True)
class Log:
    """`public_entries` opens the entry bundles to everybody (design: not on a small site).

    `witness_policy` is a file with the witnesses to ask (C2SP tlog-policy, each with its URL).
    """

    public_entries: bool = False
    publish_seconds: int = 1
    witness_policy: str = ""
    witness_seconds: int = 60


@dataclass(frozen=True)
class Server:
    """Where the web surfaces listen."""

    host: str = "127.0.0.1"
    port: int = 8700
    workers: int = 1
    secure_cookies: bool = False


@dataclass(frozen=True)
class Approval:
    """Which kinds of action need a second person: retention, delete, document, hold."""

    two_person: tuple[str, ...] = ("retention",)


@dataclass(frozen=True)
class Limits:
    """Written limits; every one of them answers with a clear sentence when passed."""

    event_bytes: int = 65_536
    batch_events: int = 1_000
    batch_bytes: int = 2_097_152
    upload_bytes: int = 10_485_760
    events_per_second: int = 2_000
    portal_requests_per_hour: int = 60


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
    limits: Limits = field(default_factory=Limits)
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


_TABLES = {
    item.name: item.type
    for item in fields(Settings)
    if item.name not in {"root", "addresses", "test_mode"}
}


def load_settings(root: Path, *, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the instance in `root`.

    A value may come from the environment as `PRIVACY_ENGINE_<TABLE>_<KEY>`, and any text
    value from a file as `<key>_file`, so that no secret needs to stand in `config.toml`.

    Raises:
        ContentFaults: every unknown key, wrong type and impossible value, with its line.
    """
    path = root / "config.toml"
    environment = os.environ if environment is None else environment
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise ContentFaults([Fault("config.toml", 1, f"not found in {root}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentFaults([Fault("config.toml", _line_in(str(error)), str(error))]) from None
    reader = _Reader(text, root)
    values = reader.read(document, environment)
    addresses = {
        key: value
        for key, value in environment.items()
        if key.startswith(ADDRESS_PREFIXES) and value
    }
    settings = Settings(root=root.resolve(), addresses=addresses, **values)
    _find_impossible(settings, reader)
    if reader.faults:
        raise ContentFaults(sorted(reader.faults))
    return settings


class _Reader:
    """Reads one document and gathers its faults."""

    def __init__(self, text: str, root: Path) -> None:
        self._lines = text.splitlines()
        self._root = root
        self.faults: list[Fault] = []

    def line(self, table: str, key: str | None = None) -> int:
        """Return the line of a table or of a key within it; 1 when it is nowhere."""
        inside, found = False, 1
        for number, line in enumerate(self._lines, start=1):
            stripped = line.strip()
            if stripped.startswith("["):
                inside = stripped.strip("[]") == table
                found = number if inside else found
            elif inside and key and re.match(rf"{re.escape(key)}\s*=", stripped):
                return number
        return found

    def fault(self, table: str, key: str | None, message: str) -> None:
        self.faults.append(Fault("config.toml", self.line(table, key), message))

    def need(self, table: str, key: str, holds: object, message: str) -> None:
        if not holds:
            self.fault(table, key, message)

    def read(self, document: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        for name in document.keys() - _TABLES.keys():
            self.fault(name, None, f"unknown table [{name}]")
        result: dict[str, Any] = {}
        for name, kind in _TABLES.items():
            table = document.get(name, {})
            if not isinstance(table, dict):
                self.fault(name, None, f"[{name}] must be a table")
                continue
            result[name] = self._table(
                name, kind, {**table, **_from_environment(name, environment)}
            )
        return result

    def _table(self, name: str, kind: Any, table: dict[str, Any]) -> Any:
        known = {item.name: item.default for item in fields(kind)}
        values: dict[str, Any] = {}
        for key, value in table.items():
            target = key.removesuffix("_file") if key not in known else key
            if target not in known:
                self.fault(name, key, f"unknown key {key} in [{name}]")
            elif target != key:
                values[target] = self._from_file(name, key, value)
            else:
                values[target] = self._typed(name, key, value, default=known[target])
        return kind(**{key: value for key, value in values.items() if value is not None})

    def _from_file(self, table: str, key: str, value: object) -> str | None:
        path = self._root / str(value)
        if not path.is_file():
            self.fault(table, key, f"{key}: no file {value}")
            return None
        return path.read_text(encoding="utf-8").strip()

    def _typed(self, table: str, key: str, value: object, *, default: object) -> object:
        if isinstance(default, tuple) and isinstance(value, list):
            return tuple(str(item) for item in value)
        coerced = _coerce(value, default)
        if type(coerced) is not type(default):
            self.fault(table, key, f"{key} must be {_NAMES[type(default)]}")
            return None
        return coerced


_NAMES = {str: "text", int: "a whole number", bool: "true or false", tuple: "a list of texts"}


class _FromEnvironment(str):
    """A text that came from the environment and may stand for a number or a boolean."""

    __slots__ = ()


def _coerce(value: object, default: object) -> object:
    if not isinstance(value, _FromEnvironment):
        return value
    text = str(value)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if isinstance(default, int):
        return int(text) if text.isdigit() else text
    if isinstance(default, tuple):
        return tuple(item for item in text.split(",") if item)
    return text


def _from_environment(table: str, environment: Mapping[str, str]) -> dict[str, str]:
    prefix = f"{ENVIRONMENT_PREFIX}{table.upper()}_"
    return {
        key.removeprefix(prefix).lower(): _FromEnvironment(value)
        for key, value in environment.items()
        if key.startswith(prefix)
    }


def _find_impossible(settings: Settings, reader: _Reader) -> None:
    need, who, mail, held = reader.need, settings.instance, settings.mail, settings.keys
    try:
        ZoneInfo(who.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        reader.fault("instance", "time_zone", f"no time zone {who.time_zone!r}")
    plain = not re.search(r"[\s+]|://", who.origin)
    need("instance", "origin", plain, "origin is a URL without scheme, spaces or plus signs")
    web = urlsplit(who.public_url).scheme in {"http", "https"}
    need("instance", "public_url", web, "public_url must be an http or https address")
    known = re.match(r"(sqlite:///|postgres(ql)?(\+psycopg)?://)", settings.database.url)
    need("database", "url", known, "url must start with sqlite:/// or postgresql://")
    need("keys", "provider", held.provider in {"file", "transit"}, "provider is file or transit")
    for key in ("transit_url", "transit_token_file"):
        given = held.provider != "transit" or getattr(held, key)
        need("keys", key, given, f"provider transit needs {key}")
    need("mail", "transport", mail.transport in {"outbox", "smtp"}, "transport is outbox or smtp")
    reachable = mail.transport != "smtp" or mail.smtp_url
    need("mail", "smtp_url", reachable, "transport smtp needs smtp_url")
    need("server", "port", 0 <= settings.server.port <= 65_535, "port lies between 0 and 65535")


def _line_in(message: str) -> int:
    match = re.search(r"line (\d+)", message)
    return int(match.group(1)) if match else 1
