"""What may be done with many requests at once: to which it applies, and the doing for each.

There is no denying in bulk and no deleting of records: both need a look at the one person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privacy_engine.console import posting, staff
from privacy_engine.console.desk import Desk
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.look.parts import Choice
from privacy_engine.rights import actions, afterwards, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Act:
    """One act for many.

    Attributes:
        words: on the button, as in "Take them on".
        fields: what must be typed once for all: reason, owner, subject, text.
        check: raises why it does not apply to a request.
        do: does it to one request.
    """

    words: str
    fields: tuple[str, ...]
    check: Callable[[Desk, Request], None]
    do: Callable[[Desk, Request, Typed], None]


def choices() -> list[Choice]:
    """Return the acts as a list to choose from."""
    return [Choice(code, act.words) for code, act in ACTS.items()]


def missing(act: Act, typed: Typed) -> dict[str, str]:
    """Return what is still to be typed, by field."""
    return {name: _ASKED[name] for name in act.fields if not typed.get(name, "").strip()}


_ASKED = {
    "reason": "Say why; it is kept with each request.",
    "owner": "Choose who gets them.",
    "subject": "Give the letter a subject.",
    "text": "The letter is empty.",
}


def _is_open(desk: Desk, found: Request) -> None:
    del desk
    rules.require_open(found.state)


def _may_extend(desk: Desk, found: Request) -> None:
    rules.require_open(found.state)
    rules.require_extendable(found.facts, on=desk.today)


def _has_person(desk: Desk, found: Request) -> None:
    del desk
    if found.subject_id is None:
        raise Conflict("the person was erased, so nobody can be written to")


def _take(desk: Desk, found: Request, typed: Typed) -> None:
    del typed
    _assign(desk, found, desk.member.staff_id)


def _hand(desk: Desk, found: Request, typed: Typed) -> None:
    _assign(desk, found, typed["owner"])


def _assign(desk: Desk, found: Request, owner: str) -> None:
    def effect(tx: Transaction) -> None:
        member = staff.get(tx, owner)
        if member is None or member.closed_at is not None:
            raise InvalidInput("choose somebody who has a seat")
        actions.assign(tx, found.reference, to=owner)

    desk.act(effect)


def _extend(desk: Desk, found: Request, typed: Typed) -> None:
    reason = typed["reason"].strip()
    with desk.engine.reading() as tx:
        words = posting.extended_words(found, reason)
        letter = posting.from_template(tx, found, "extension", words=words)
    posting.send(
        desk, found, letter, first=lambda tx: actions.extend(tx, found.reference, reason=reason)
    )


def _write(desk: Desk, found: Request, typed: Typed) -> None:
    subject = " ".join(typed["subject"].split())
    with desk.engine.reading() as tx:
        letter = posting.free(tx, found, subject=subject, text=typed["text"])
    posting.send(desk, found, letter, first=lambda _: None)


def _note(desk: Desk, found: Request, typed: Typed) -> None:
    desk.act(lambda tx: actions.note(tx, found.reference, text=typed["reason"]))


def _set_aside(desk: Desk, found: Request, typed: Typed) -> None:
    desk.act(lambda tx: afterwards.set_aside(tx, found.reference, reason=typed["reason"]))


ACTS: Mapping[str, Act] = {
    "assign": Act("Take them on", (), _is_open, _take),
    "hand": Act("Hand them over", ("owner",), _is_open, _hand),
    "extend": Act("Take more time, and tell each person", ("reason",), _may_extend, _extend),
    "write": Act("Write to each person", ("subject", "text"), _has_person, _write),
    "aside": Act("Nobody asks here: put them aside", ("reason",), _is_open, _set_aside),
    "note": Act("Keep a note with each", ("reason",), lambda *_: None, _note),
}
