"""What came attached to a message in the privacy mailbox: listed, and taken by whoever may."""

from dataclasses import dataclass

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import NotFound
from privacy_engine.rights import attachments, drafts
from privacy_engine.rights.attachments import Attachment
from privacy_engine.rights.drafts import MailDraft
from privacy_engine.transaction import Transaction

_REASON = "to read what came attached to a message"
_FAULTS = {
    "kind": "of a kind that is not kept here: it is in the mailbox, to be opened with care",
    "large": f"larger than {attachments.MOST_BYTES // 1024 // 1024} MB: it is in the mailbox",
    "many": "one too many: it is in the mailbox",
    "cut": "the message was too long to be read whole: it is in the mailbox",
}


@dataclass(frozen=True)
class MailFile:
    """One attachment as the page shows it; `url` is empty for whoever may not take it."""

    name: str
    kind: str
    size: str
    fault: str
    url: str


def listed(desk: Desk, tx: Transaction, draft: MailDraft, *, seen: bool) -> list[MailFile]:
    """Return what came with a message; names of files are told with the name of the sender."""
    return [
        _face(desk, draft.case, one, seen=seen) for one in attachments.of(tx, draft.mail_event)
    ]


def _face(desk: Desk, case: str, one: Attachment, *, seen: bool) -> MailFile:
    may_take = not one.fault and desk.may("attachment")
    return MailFile(
        name=(one.name if seen else "") or f"Attachment {one.number + 1}",
        kind=attachments.KINDS.get(one.kind, ""),
        size=_size(one.size_bytes),
        fault=_FAULTS.get(one.fault, ""),
        url=url_for("console.attachment", case=case, number=one.number) if may_take else "",
    )


def _size(size_bytes: int) -> str:
    kilobytes = max(1, round(size_bytes / 1024))
    return f"{kilobytes} kB" if kilobytes < 1024 else f"{size_bytes / 1024 / 1024:.1f} MB"


def take(desk: Desk, case: str, number: str) -> ResponseReturnValue:
    """Give one attachment; that somebody took it is written down."""
    if not number.isdecimal() or len(number) > 2:
        raise NotFound("there is no such file with this message")

    def work(tx: Transaction) -> tuple[Attachment, bytes]:
        draft = drafts.get(tx, case)
        found = attachments.read(tx, draft.mail_event, int(number))
        tx.append("message.opened", {"opened_event": draft.mail_event, "reason": _REASON})
        return found

    one, content = desk.act(work)
    ending = attachments.KINDS[one.kind].lower().replace("text", "txt")
    # The name is the sender's word; the file gets one of ours, and is never shown in the page.
    return Response(
        content,
        mimetype="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{case}-{one.number + 1}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


ROUTES = (Route("/mailbox/<case>/attachments/<number>", "attachment", take, ("POST",)),)
