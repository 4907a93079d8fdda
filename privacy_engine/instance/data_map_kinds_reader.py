"""Reads what the data map says of files, mailboxes, OpenDSR vendors and words of a freeze."""

import re
from typing import Any

from privacy_engine.instance.data_map_kinds import (
    FilesRule,
    MailboxRules,
    OpenDsrRules,
    Padding,
    QuarantineRules,
    Regulation,
    VendorAuth,
)
from privacy_engine.instance.data_map_lines import Place
from privacy_engine.instance.data_map_reader import Raw, Reader

_BESIDE = re.compile(r"\{\w+\}[*?]|[*?]\{")
_WORD = re.compile(r"\{([^{}]*)\}")
_NAMES = frozenset({"email", "phone", "account", "device"})
_FORMATS = frozenset({"raw", "sha1", "md5", "sha256"})
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_FILES = frozenset({"files", "series", "identities", "records", "mentions"})
_MAILBOX = frozenset({"own", "folders", "shared"})
_QUARANTINE = frozenset({"url", "url_setting", "secret_file"})
_OPENDSR = frozenset(
    {
        "processor",
        "certificate_file",
        "version",
        "regulation",
        "auth",
        "padding",
        "identities",
        "formats",
    }
)


def files_rules(reader: Reader, raw: Raw, place: Place) -> tuple[FilesRule, ...]:
    """Read every `[[systems.files]]`."""
    at = (*place, "files")
    listed = raw.get("files", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        reader.fault(at, "files must be written as [[systems.files]]")
        return ()
    return tuple(_files_rule(reader, item, (*at, number)) for number, item in enumerate(listed))


def _files_rule(reader: Reader, raw: Raw, place: Place) -> FilesRule:
    reader.only(raw, place, _FILES)
    pattern = reader.text(raw, "files", place)
    words = set(_WORD.findall(pattern))
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
        reader.fault(place, "files must be a path below the system's folder")
    if unknown := sorted(words - _NAMES):
        reader.fault(place, f"unknown {{{unknown[0]}}}; known: {', '.join(sorted(_NAMES))}")
    if _BESIDE.search(pattern):
        reader.fault(place, "a * or ? beside {…} also means names of others, such as 12 for 1")
    identities = _pairs(reader, raw, place)
    if words and identities:
        reader.fault(place, "a name with {…} says whose the file is; identities search inside")
    if not reader.text(raw, "series", place):
        reader.fault(place, "each entry of files needs series: what kind of record it is")
    return FilesRule(
        files=pattern,
        series=reader.text(raw, "series", place),
        identities=identities,
        records=reader.text(raw, "records", place),
        delete_mentions=_delete_or_decide(reader, raw, "mentions", place),
    )


def _pairs(reader: Reader, raw: Raw, place: Place) -> tuple[tuple[str, tuple[str, ...]], ...]:
    listed = reader.table(raw, "identities", place)
    for kind in sorted(set(listed) - _NAMES):
        reader.fault(place, f"unknown kind of identity {kind!r}")
    return tuple((kind, reader.words(listed, kind, place)) for kind in listed if kind in _NAMES)


def _delete_or_decide(reader: Reader, raw: Raw, key: str, place: Place) -> bool:
    word = reader.text(raw, key, place) or "decide"
    if word not in {"delete", "decide"}:
        reader.fault(place, f"{key} must be delete or decide")
    return word == "delete"


def mailbox_rules(reader: Reader, raw: Raw, place: Place) -> MailboxRules | None:
    """Read `[systems.mailbox]`."""
    if "mailbox" not in raw:
        return None
    at = (*place, "mailbox")
    listed = reader.table(raw, "mailbox", place)
    reader.only(listed, at, _MAILBOX)
    return MailboxRules(
        own=tuple(item.casefold() for item in reader.words(listed, "own", at)),
        folders=reader.words(listed, "folders", at),
        delete_shared=_delete_or_decide(reader, listed, "shared", at),
    )


def opendsr_rules(reader: Reader, raw: Raw, place: Place) -> OpenDsrRules | None:
    """Read `[systems.opendsr]`."""
    if "opendsr" not in raw:
        return None
    at = (*place, "opendsr")
    listed = reader.table(raw, "opendsr", place)
    reader.only(listed, at, _OPENDSR)
    processor = reader.text(listed, "processor", at).casefold()
    if not _DOMAIN.fullmatch(processor):
        reader.fault(at, "processor must be the domain whose certificate signs the answers")
    version: Any = listed.get("version", 2)
    if version not in (1, 2):
        reader.fault(at, "version must be 1 or 2")
    usual = OpenDsrRules(processor)
    return OpenDsrRules(
        processor=processor,
        version=2 if version not in (1, 2) else int(version),
        regulation=reader.one_of(listed, "regulation", at, default=Regulation.CCPA),
        auth=reader.one_of(listed, "auth", at, default=VendorAuth.BEARER),
        padding=reader.one_of(listed, "padding", at, default=Padding.PKCS1),
        certificate_file=reader.text(listed, "certificate_file", at),
        identities=_named(reader, listed, "identities", at) or usual.identities,
        hashed=_formats(reader, listed, at),
    )


def quarantine_rules(reader: Reader, raw: Raw, place: Place) -> QuarantineRules | None:
    """Read `[systems.quarantine]`."""
    if "quarantine" not in raw:
        return None
    at = (*place, "quarantine")
    listed = reader.table(raw, "quarantine", place)
    reader.only(listed, at, _QUARANTINE)
    return QuarantineRules(**{key: reader.text(listed, key, at) for key in sorted(_QUARANTINE)})


def _named(reader: Reader, raw: Raw, key: str, place: Place) -> tuple[tuple[str, str], ...]:
    listed = reader.table(raw, key, place)
    for kind in sorted(set(listed) - _NAMES):
        reader.fault((*place, key), f"unknown kind of identity {kind!r}")
    at = (*place, key)
    return tuple((kind, reader.text(listed, kind, at)) for kind in listed if kind in _NAMES)


def _formats(reader: Reader, raw: Raw, place: Place) -> tuple[tuple[str, str], ...]:
    found = _named(reader, raw, "formats", place)
    for _, word in found:
        if word not in _FORMATS:
            reader.fault((*place, "formats"), f"a format is {', '.join(sorted(_FORMATS))}")
    return tuple(pair for pair in found if pair[1] != "raw")
