"""`config.toml` and the environment become one frozen `Settings`, or every fault at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy_engine.config.tables import Settings
from privacy_engine.errors import ContentFaults, Fault

ENVIRONMENT_PREFIX = "PRIVACY_ENGINE_"
STORE_PREFIX = f"{ENVIRONMENT_PREFIX}STORE_"
ADDRESS_PREFIXES = (
    f"{ENVIRONMENT_PREFIX}SYSTEM_",
    f"{ENVIRONMENT_PREFIX}RECIPIENT_",
    STORE_PREFIX,
)

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
        text = path.read_text(encoding="utf-8-sig")
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


_MOST_DAYS = 90

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
    wrong = _wrong_with_mailbox(settings.mailbox.url)
    need("mailbox", "url", not wrong, wrong)
    for business in settings.drp.business_ids:
        named = re.fullmatch(r"[A-Za-z0-9._-]{1,64}(=[a-z0-9-]{1,64})?", business)
        need("drp", "business_ids", named, "a business id is letters, digits, . _ - (or ID=site)")
    stamps = settings.exports
    whole = bool(stamps.time_stamping_url) == bool(stamps.time_stamping_authority)
    need("exports", "time_stamping_url", whole, "a time-stamping authority needs its certificate")
    for proxy in settings.server.trusted_proxies:
        network = f"{proxy} is no address or network, such as 10.0.0.0/8"
        need("server", "trusted_proxies", _is_network(proxy), network)
    for table, key, given in (
        ("requests", "alert_days", settings.requests.alert_days),
        ("retention", "hold_alert_days", settings.retention.hold_alert_days),
    ):
        near = all(days.isdecimal() and int(days) <= _MOST_DAYS for days in given)
        need(table, key, near, f"{key} are whole numbers up to {_MOST_DAYS}")
    _find_impossible_numbers(settings, reader)


def _find_impossible_numbers(settings: Settings, reader: _Reader) -> None:
    inside = 0 <= settings.requests.internal_days <= _MOST_DAYS
    reader.need(
        "requests", "internal_days", inside, f"internal_days lies between 0 and {_MOST_DAYS}"
    )
    port = 0 <= settings.server.port <= 65_535
    reader.need("server", "port", port, "port lies between 0 and 65535")
    span = 0 <= settings.limits.portal_answer_milliseconds <= 5_000
    reader.need(
        "limits",
        "portal_answer_milliseconds",
        span,
        "portal_answer_milliseconds lies between 0 and 5000",
    )
    days = settings.log.prune_after_days >= 0
    reader.need("log", "prune_after_days", days, "prune_after_days is a number of days, or 0")


def _wrong_with_mailbox(url: str) -> str:
    if not url:
        return ""
    from privacy_engine.imap import fault_of  # noqa: PLC0415 - its client loads slowly

    return fault_of(url)


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _line_in(message: str) -> int:
    match = re.search(r"line (\d+)", message)
    return int(match.group(1)) if match else 1
