"""A real SMTP server that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Delivery:
    """One message as the server took it: from whom, for whom, and what."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass
class Mailbox:
    """Where the server listens, and all that it took, oldest first."""

    host: str
    port: int
    messages: list[Delivery] = field(default_factory=list)
    refuse_with: str | None = None
    """Set to an SMTP reply such as `451 later` to have the next messages refused."""

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuse_with:
            return self.refuse_with
        content = cast(bytes, envelope.content)
        message = message_from_bytes(content, policy=SMTP_POLICY)
        sender = envelope.mail_from or ""
        self.messages.append(Delivery(sender, tuple(envelope.rcpt_tos), message))
        return "250 taken"


@contextmanager
def open_mailbox(*, port: int) -> Iterator[Mailbox]:
    """Serve SMTP on that port of this machine until the block ends."""
    mailbox = Mailbox(host="127.0.0.1", port=port)
    controller = Controller(mailbox, hostname=mailbox.host, port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
