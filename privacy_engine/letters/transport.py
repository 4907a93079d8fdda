"""Send a letter: into the sealed outbox folder, or by SMTP.

A letter's body lives sealed in the log (`message.sent`). The outbox holds a second sealed copy
under the same person's key, so that erasing the person makes it unreadable too; the file is
deleted with the erasure. SMTP is at-least-once: a crash between sending and recording sends the
same Message-ID again.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.errors import InvalidInput, Unavailable
from privacy_engine.keys.ring import write_private
from privacy_engine.log.vault import DataKey

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, repr=False)
class Outgoing:
    """A letter on its way; its repr shows nothing of it.

    Attributes:
        message_id: the event id of `message.sent`; also the Message-ID and the file's name.
        sent_at: aware UTC.
    """

    message_id: str
    address: str
    subject: str
    body: str
    language: str
    sent_at: datetime
    unsubscribe_url: str = ""

    def __repr__(self) -> str:
        return f"Outgoing({self.message_id})"


def send(settings: Settings, letter: Outgoing, *, key: DataKey) -> str:
    """Send or shelve a letter; return the name of the transport.

    Raises:
        Unavailable: the mail server does not take it now; the caller tries again.
    """
    if settings.mail.transport == "smtp":
        _send_by_smtp(settings, as_message(settings, letter))
        return "smtp"
    _shelve(settings.outbox_directory, as_message(settings, letter), letter, key=key)
    return "outbox"


def is_usable(address: str) -> bool:
    """Return whether a letter can be sent to this address at all."""
    return "@" in address and not any(mark in address for mark in "\r\n,;<>")


def as_message(settings: Settings, letter: Outgoing) -> EmailMessage:
    """Return the letter as RFC 5322 message, plain text.

    Raises:
        InvalidInput: the address holds a line break or no @.
    """
    if not is_usable(letter.address):
        raise InvalidInput("the address of the letter cannot be used")
    message = EmailMessage()
    domain = settings.mail.sender.rpartition("@")[2]
    message["From"] = settings.mail.sender
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = f"<{letter.message_id.lower()}@{domain}>"
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:  # RFC 8058: both headers, and the POST acts without a page
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body)
    return message


def _send_by_smtp(settings: Settings, message: EmailMessage) -> None:
    url = urlsplit(settings.mail.smtp_url)
    host, port = url.hostname or "localhost", url.port
    try:
        if url.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port or 465, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            client = smtplib.SMTP(host, port or 25, timeout=_TIMEOUT_SECONDS)
        with client:
            if url.scheme == "smtp+starttls":
                client.starttls(context=ssl.create_default_context())
            if url.username:
                client.login(unquote(url.username), unquote(url.password or ""))
            client.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        msg = "the mail server does not take the letter; it will be tried again"
        raise Unavailable(msg) from error


# The outbox ------------------------------------------------------------------------------


def _shelve(directory: Path, message: EmailMessage, letter: Outgoing, *, key: DataKey) -> None:
    plain = orjson.dumps(
        {
            "address": letter.address,
            "at": letter.sent_at.isoformat(),
            "message": message.as_string(),
        }
    )
    sealed = keys.seal(key.enc, plain, bound_to=letter.message_id.encode())
    head = key.key_id.encode() + b"\n"
    write_private(_path(directory, letter.message_id), head + sealed)


def shelved(directory: Path) -> Iterator[tuple[str, str]]:
    """Yield (message id, key id) of every letter in the outbox, newest first."""
    for path in sorted(directory.glob("*.letter"), reverse=True):
        yield path.stem, path.read_bytes().split(b"\n", 1)[0].decode()


def open_shelved(directory: Path, message_id: str, *, key: DataKey) -> dict[str, str]:
    """Return `address`, `at` and `message` of a letter in the outbox.

    Raises:
        VerificationError: it does not open with this key.
    """
    sealed = _path(directory, message_id).read_bytes().split(b"\n", 1)[1]
    opened: dict[str, str] = orjson.loads(
        keys.unseal(key.enc, sealed, bound_to=message_id.encode())
    )
    return opened


def remove_unreadable(directory: Path, exist: Callable[[set[str]], Iterable[str]]) -> int:
    """Delete every letter whose key is gone; return how many there were.

    `exist` gives those of the keys that still exist. It is asked after the folder was read, so a
    letter that is shelved meanwhile is left alone; and it finds also what a crash, or a letter
    that was on its way during an erasure, has left behind.
    """
    held = list(shelved(directory))
    kept = set(exist({key_id for _, key_id in held}))
    gone = [message_id for message_id, key_id in held if key_id not in kept]
    for message_id in gone:
        _path(directory, message_id).unlink(missing_ok=True)
    return len(gone)


def _path(directory: Path, message_id: str) -> Path:
    return directory / f"{message_id}.letter"
