"""A message from the privacy mailbox, read for what an officer needs to know of it (pure)."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from typing import Any

LONGEST_TEXT = 90_000
LONGEST_SUBJECT = 500
_LONGEST_NAME = 200
_LONGEST_HEADER = 8_000
_MOST_PARTS = 2_000
_LONGEST_ADDRESS = 254
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,189}")
_REFERENCE = re.compile(r"\bR-([2-9A-HJKMNP-TV-Z]{4})-([2-9A-HJKMNP-TV-Z]{4})\b")
_BLOCKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_SILENT = frozenset({"style", "script", "head", "title"})


@dataclass(frozen=True, repr=False)
class Attached:
    """A file that came with a message; its repr shows nothing of it.

    Attributes:
        is_whole: false when the message was longer than what was read of it.
    """

    name: str
    content: bytes
    is_whole: bool = True


@dataclass(frozen=True, repr=False)
class Mail:
    """What a message says.

    Attributes:
        address: whoever wrote it, by the word of the message alone; empty when it names nobody.
        references: requests of ours that it names, as they stand in our letters.
        automatic: no person wrote it: an answering machine, a list, a failed delivery.
        files: what came with it, in its order, whether or not it is taken.
    """

    address: str
    name: str
    subject: str
    text: str
    references: tuple[str, ...]
    automatic: bool
    files: tuple[Attached, ...]


def read(raw: bytes, *, is_whole: bool = True, ours: str = "") -> Mail:
    """Return a message as it reads; whatever is malformed in it, something comes back.

    One that raised would be read again at every look, and nobody would see those behind it.

    Args:
        raw: the message.
        is_whole: false when it goes on after what was read: its last file then lacks its end.
        ours: the address that people write to; a list of that name is this very mailbox.
    """
    message, is_parsed = _parsed(raw)
    is_whole = is_whole and is_parsed
    name, address = _sender(message)
    subject = _header(message, "subject")[:LONGEST_SUBJECT]
    text = _text(message)[:LONGEST_TEXT]
    found = dict.fromkeys(f"R-{a}-{b}" for a, b in _REFERENCE.findall(f"{subject}\n{text}"))
    return Mail(
        address=address,
        name=name,
        subject=subject,
        text=text,
        references=tuple(found),
        automatic=_automatic(message, address, ours),
        files=_files(message, is_whole=is_whole),
    )


class _Policy(EmailPolicy):
    """The parser's own rules, with headers cut, and empty where it fails on what they say."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # noqa: BLE001  the parser of headers fails in many ways on hostile ones
            return super().header_fetch_parse(name, "")


def _parsed(raw: bytes) -> tuple[EmailMessage, bool]:
    """Return a message, and whether all of it was taken apart."""
    parser: BytesParser[EmailMessage] = BytesParser(policy=_Policy())  # type: ignore[arg-type]
    pieces = raw.split(b"\n--", _MOST_PARTS)
    try:
        message = parser.parsebytes(b"\n--".join(pieces[:_MOST_PARTS]))
    except RecursionError:  # parts in parts in parts: read as far as the first text
        return parser.parsebytes(raw, headersonly=True), False
    return message, len(pieces) <= _MOST_PARTS


def _header(message: EmailMessage, name: str) -> str:
    return _clean(" ".join(str(message.get(name) or "").split()))


def _clean(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c != "\ufeff"))


def _sender(message: EmailMessage) -> tuple[str, str]:
    name, address = parseaddr(_header(message, "from"))
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST_ADDRESS:
        found = [item for _, item in getaddresses([_header(message, "reply-to")])]
        address = next((item for item in found if _ADDRESS.fullmatch(item)), "")
    return _clean(name)[:_LONGEST_NAME], address


def _automatic(message: EmailMessage, address: str, ours: str) -> bool:
    """Return whether a machine wrote this. Source: RFC 3834 5, RFC 2919, RFC 3464.

    An address that is a group hands on what people write as a list does, under its own name.
    """
    submitted = _header(message, "auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    group = _header(message, "list-id").lower()
    is_ours = bool(ours) and ours.lower().replace("@", ".") in group
    precedence = _header(message, "precedence").lower()
    if precedence in {"bulk", "junk"} or (precedence == "list" and not is_ours):
        return True
    if group and not is_ours:
        return True
    local = address.partition("@")[0].lower()
    reports = message.get_content_type() == "multipart/report"
    return reports or local in {"mailer-daemon", "postmaster", "noreply", "no-reply"}


def _files(message: EmailMessage, *, is_whole: bool) -> tuple[Attached, ...]:
    found: list[Attached] = []
    try:
        # Walked, and not asked for its attachments: phones nest them beside pieces of the text.
        found.extend(
            Attached(_file_name(part), _content(part)) for part in message.walk() if _is_file(part)
        )
    except Exception:  # noqa: BLE001  a hostile structure fails in many ways; what was found stays
        is_whole = False
    if found and not is_whole:
        found[-1] = Attached(found[-1].name, found[-1].content, is_whole=False)
    return tuple(found)


def _is_file(part: EmailMessage) -> bool:
    if part.is_multipart():
        return False
    is_named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    return is_named or part.get_content_maintype() not in {"text", "multipart"}


def _file_name(part: EmailMessage) -> str:
    name = " ".join(_clean(str(part.get_filename() or "")).split())
    return name[:_LONGEST_NAME]


def _content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(message: EmailMessage) -> str:
    try:
        body: Any = message.get_body(("plain", "html"))
        content = str(body.get_content()) if body is not None else ""
        markup = body is not None and body.get_content_subtype() == "html"
    except Exception:  # noqa: BLE001  a hostile structure fails in many ways; its words stay
        content, markup = _content(message).decode("utf-8", "replace"), False
    plain = _without_markup(content) if markup else content
    return _clean(plain.replace("\r\n", "\n").replace("\r", "\n")).strip()


class _Words(HTMLParser):
    """Gathers the words of a page, a line for each block; nothing hidden in style or script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def _without_markup(content: str) -> str:
    reader = _Words()
    reader.feed(content)
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


# What it may ask for ---------------------------------------------------------------------

# Looked for in this order: who says "stop selling and delete everything" is heard on the sale at
# once by the officer who reads it, and this only says where to begin.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (right, re.compile(pattern, re.IGNORECASE))
    for right, pattern in (
        (
            "opt_out",
            r"\b(do not|don.?t|stop|never|not to) (sell|sharing|share|selling)|opt[- ]?out\b"
            r"|no (vendan|venda|compartan)",
        ),
        ("limit", r"\blimit\b.{0,30}\b(use|sensitive)|limit(ar|en) (el uso|la informaci)"),
        (
            "delete",
            r"\b(delet|eras(e|ing)|remov(e|ing)\b.{0,30}\b(data|info|account|profile|me|details)"
            r"|forget me|right to be forgotten|borr(ar|en|e)\b|elimin(ar|en|e)\b|supr[ei]m)",
        ),
        (
            "correct",
            r"\b(correct(ion)?|rectif|inaccurate|wrong (address|name|phone|information|data)"
            r"|misspelled|corrig|corregir)",
        ),
        (
            "withdraw_consent",
            r"\b(unsubscribe|withdraw\b.{0,20}\bconsent|retir(ar|o)\b.{0,20}consent)",
        ),
        (
            "know:specific",
            r"\b(copy of|subject access|access request|right (to know|of access)|dsar|sar\b"
            r"|what (data|information|do you)|send me (all|my|the)|copia de"
            r"|qu[eé] (datos|informaci))",
        ),
    )
)


def suggest(text: str) -> str:
    """Return the right that a text seems to ask for, for an officer to confirm; empty if none."""
    return next((right for right, sign in _SIGNS if sign.search(text)), "")
