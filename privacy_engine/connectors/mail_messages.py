"""What is read of messages: their heads, and what a copy shows of them; pure."""

import email.policy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, cast

from privacy_engine.connectors.readable import readable

_BATCH = 200
_LONGEST_TEXT = 256 * 1024
_PARTIES = ("from", "sender", "reply-to", "to", "cc", "bcc", "delivered-to")
HEADERS = (
    "BODY.PEEK[HEADER.FIELDS (FROM SENDER REPLY-TO TO CC BCC DELIVERED-TO DATE AUTO-SUBMITTED)]"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"@]+@[^\s<>()\[\]:;,\"@]+")


@dataclass(frozen=True, repr=False)
class Head:
    """Who takes part in a message, who wrote it and when, as its head says; aware UTC."""

    parties: frozenset[str]
    authors: frozenset[str]
    written_at: datetime | None
    is_automatic: bool

    def is_from(self, us: Callable[[str], bool]) -> bool:
        """Return whether nobody but us wrote it."""
        return bool(self.authors) and all(us(one) for one in self.authors)


def criteria(address: str) -> list[Any]:
    """Return an IMAP search for an address in any place of a message's head."""
    keys: list[Any] = [["FROM", address], ["TO", address], ["CC", address], ["BCC", address]]
    keys += [["HEADER", name, address] for name in ("Reply-To", "Sender", "Delivered-To")]
    found = keys[0]
    for key in keys[1:]:
        found = ["OR", found, key]
    return cast(list[Any], found)


def head_of(raw: bytes) -> Head:
    """Return what the lines of a head say."""
    head = message_from_bytes(raw, policy=email.policy.compat32)
    automatic = str(head.get("Auto-Submitted", "no")).partition(";")[0].strip().casefold()
    return Head(
        frozenset(_addresses(head, _PARTIES)),
        frozenset(_addresses(head, ("from",))),
        _written_at(str(head.get("Date", ""))),
        is_automatic=automatic != "no",
    )


def _written_at(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _addresses(head: Message, names: Iterable[str]) -> set[str]:
    listed = [str(value) for name in names for value in head.get_all(name, [])]
    # Heads are often not as the standard has them, and a form or a list writes the address of the
    # person in the place of their name: whatever looks like an address is one.
    listed += [address for _, address in getaddresses(listed)]
    found = (one[0] for text in listed for one in _ADDRESS.finditer(_decoded(text)))
    return {one.strip("'.").casefold() for one in found}


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):  # an encoding that nobody knows
        return text


def batches(uids: Iterable[int]) -> Iterator[list[int]]:
    """Yield as many as are asked for at once."""
    listed = list(uids)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]


def readable_message(raw: bytes) -> Mapping[str, object]:
    """Return a message as a person reads it; attachments by name."""
    message: EmailMessage = message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    values: dict[str, object] = {
        name: str(message.get(name, "")) for name in ("date", "from", "to", "cc", "subject")
    }
    values["text"] = _text(body) if body is not None else ""
    values["attachments"] = ", ".join(
        part.get_filename() or part.get_content_type() for part in message.iter_attachments()
    )
    found: Mapping[str, object] = readable(
        {name: value for name, value in values.items() if value}
    )
    return found


def _text(body: Any) -> str:
    try:
        content = str(body.get_content())
    except (LookupError, ValueError):  # an encoding that nobody knows
        content = (body.get_payload(decode=True) or b"").decode("utf-8", "surrogateescape")
    if body.get_content_subtype() == "html":
        content = re.sub(r"<[^>]+>", " ", content)
    return content[:_LONGEST_TEXT]
