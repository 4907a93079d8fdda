"""What must not be done with whom: action codes for a site, and never the reason for one."""

from collections.abc import Mapping, Sequence

from privacy_engine.consent import register
from privacy_engine.consent.rules import SAID_NO, Answer, State
from privacy_engine.instance.model import Purpose
from privacy_engine.log.event import Identifier
from privacy_engine.transaction import Transaction

ACTIONS = ("do_not_contact", "do_not_sell", "do_not_share", "do_not_reimport")
LIMIT = 1_000

_NO = SAID_NO | {State.SUSPENDED}
Subject = tuple[Identifier, ...]


def check(
    tx: Transaction, subjects: Sequence[Subject], *, site: str
) -> tuple[tuple[str, ...], ...]:
    """Return, for each subject in order, what must not be done with them.

    What is stopped by a choice, by a quarantine and by an erasure looks the same.
    """
    return tuple(_actions(tx, subject, site=site) for subject in subjects)


def actions_of(tx: Transaction, subject_ids: Sequence[str]) -> tuple[str, ...]:
    """Return what the choices of a person rule out; an erasure keeps these codes for them."""
    purposes = tx.content.purposes
    answers = register.check(tx, subject_ids, [item.code for item in purposes])
    return tuple(action for action in ACTIONS if _ruled_out(action, purposes, answers))


def _actions(tx: Transaction, subject: Subject, *, site: str) -> tuple[str, ...]:
    found = set(tx.suppressed(subject, site=site))
    named = {tx.find_subject([item], site=site) for item in subject} - {None}
    for subject_ids in {tx.person(one) for one in named if one}:
        found |= set(actions_of(tx, subject_ids))
    return tuple(action for action in ACTIONS if action in found)


def _ruled_out(action: str, purposes: Sequence[Purpose], answers: Mapping[str, Answer]) -> bool:
    """Return whether the answers forbid an action.

    One no to sale or to sharing is enough. Nobody is to be contacted who said no to something
    that is sent for marketing, and to whom nothing of it may be sent now.
    """
    match action:
        case "do_not_sell":
            return any(answers[item.code].state in _NO for item in purposes if item.sale)
        case "do_not_share":
            return any(answers[item.code].state in _NO for item in purposes if item.sharing)
        case "do_not_contact":
            sent = [item for item in purposes if item.marketing and not item.sharing]
            said_no = any(answers[item.code].state in _NO for item in sent)
            return said_no and not any(answers[item.code].permitted for item in sent)
        case _:
            return False
