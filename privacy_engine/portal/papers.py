"""A paper that somebody who asks for another sends with their request, from the status page.

Both links may bring one: whoever sent the form for somebody else has only the link of the form.
A paper is only ever taken in; no page of the portal shows one.
"""

from dataclasses import dataclass

from flask import request

from privacy_engine.look.parts import Choice
from privacy_engine.portal.shell import engine
from privacy_engine.rights import register
from privacy_engine.rights.register import Request
from privacy_engine.transaction import SUBJECT, Transaction
from privacy_engine.workflow import request_papers

_WORDS = {
    "permission": "Their signed permission",
    "power_of_attorney": "A power of attorney",
    "authority": "A paper that shows that I may act",
}


@dataclass(frozen=True)
class Panel:
    """What the status page offers to somebody who asks for another."""

    kinds: tuple[Choice, ...]
    held: int
    more: bool
    most_megabytes: int = request_papers.MOST_BYTES // 1024 // 1024


def panel(tx: Transaction, found: Request) -> Panel | None:
    """Return what may be sent, or None where no paper is wanted (any more)."""
    if not request_papers.is_wanted(found):
        return None
    held = len(request_papers.papers(tx, found.reference))
    chosen = request.form.get("kind", "")
    kinds = request_papers.kinds_for(found)
    choices = tuple(Choice(kind, _WORDS[kind], "", kind == (chosen or kinds[0])) for kind in kinds)
    return Panel(choices, held, held < request_papers.MOST_PAPERS)


def take(reference: str) -> dict[str, str]:
    """Keep the paper of the present form; return what is wrong with it, by field.

    Raises:
        Conflict: no paper is wanted any more, or there are enough.
    """
    sent = request.files.get("paper")
    content = sent.stream.read(request_papers.MOST_BYTES + 1) if sent and sent.filename else b""
    kind = request.form.get("kind", "")
    with engine().reading() as tx:
        found = register.get(tx.session, reference)
    faults = request_papers.faults(found, kind=kind, content=content)
    if not faults:
        engine().run(
            lambda tx: request_papers.keep(tx, reference, kind=kind, content=content),
            actor=SUBJECT,
        )
    return faults
