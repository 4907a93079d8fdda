"""What can be done with a choice: record it, take it back, stop everything that was named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.consent import records, register
from privacy_engine.consent.rules import SAID_NO, Answer, State
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.model import Purpose
from privacy_engine.instance.terms import DocumentKind
from privacy_engine.log.event import Event, Identifier, identifiers_from_data, instant
from privacy_engine.transaction import Transaction

_OWN = "portal"


@dataclass(frozen=True)
class Choice:
    """What a person chooses for one purpose, and how.

    `document` and `version` name the text that was shown; empty means the privacy policy in
    force. `occurred_at` is aware and may lie in the past (paper, phone); now when None.
    """

    purpose: str
    document: str = ""
    version: str = ""
    method: str = "form"
    wording: str = ""
    language: str = ""
    service: str = ""
    evidence: str = ""
    expires_at: datetime | None = None
    occurred_at: datetime | None = None
    actor: str = ""


@dataclass(frozen=True)
class Preference:
    """One purpose as a person's own page lists it.

    `since` says how long the state has held; `can_give` and `can_withdraw` say which of the two
    buttons does something.
    """

    purpose: Purpose
    answer: Answer
    can_give: bool
    can_withdraw: bool


def give(tx: Transaction, subject_id: str, choice: Choice, *, case: str | None = None) -> Event:
    """Record a yes that a person gave to us.

    Raises:
        Conflict: the person is suspended, or an officer asks again before the law allows.
        UnknownCode: no such purpose or document.
    """
    answer = _standing(tx, subject_id, choice)
    if answer.state is State.SUSPENDED:
        raise Conflict("nothing can be agreed to at the moment")
    event = _say(tx, subject_id, kind="consent.given", choice=choice, case=case)
    if not _standing(tx, subject_id, choice).permitted:
        msg = "a later no stands, or it is too early to ask again after the last one"
        raise Conflict(msg)
    return event


def refuse(tx: Transaction, subject_id: str, choice: Choice, *, case: str | None = None) -> Event:
    """Record a no; it counts at once.

    Raises:
        UnknownCode: no such purpose or document.
    """
    return _say(tx, subject_id, kind="consent.refused", choice=choice, case=case)


def withdraw(
    tx: Transaction, subject_id: str, choice: Choice, *, case: str | None = None
) -> Event:
    """Record that a consent is taken back; it counts at once.

    Raises:
        UnknownCode: no such purpose or document.
    """
    return _say(tx, subject_id, kind="consent.withdrawn", choice=choice, case=case)


def write_down(tx: Transaction, who: Identifier, choice: Choice, *, kind: str, site: str) -> Event:
    """Record what an officer was told of a choice, by the identifier that it came under.

    Raises:
        InvalidInput: it lies in the future.
        Conflict: a yes that does not count: a later no stands, it is too early to ask again, or
            nothing can be agreed to at the moment.
        UnknownCode: no such purpose or document.
    """
    tx.content.purpose(choice.purpose)
    if choice.occurred_at is not None and choice.occurred_at > tx.now:
        raise InvalidInput("a choice cannot have been made in the future")
    event = tx.append(
        kind, _data(tx, choice), subject=[who], occurred_at=choice.occurred_at, site=site
    )
    if kind == "consent.given" and event.subject_id is not None:
        answer = _standing(tx, event.subject_id, choice)
        if not answer.permitted:
            raise Conflict("this yes does not count: a later no stands, or it is too early to ask")
    return event


def apply_opt_out(
    tx: Transaction,
    subject_id: str,
    purposes: Sequence[str],
    *,
    case: str | None = None,
    withdrawn: bool = False,
) -> tuple[str, ...]:
    """Stop every named purpose for the person; return the purposes that this stopped.

    A purpose that is stopped already is left alone, so the same request twice writes once.

    Raises:
        UnknownCode: no such purpose.
    """
    standing = register.check(tx, tx.person(subject_id), purposes)
    stopped = tuple(code for code in purposes if standing[code].state not in SAID_NO)
    say = withdraw if withdrawn else refuse
    for code in stopped:
        say(tx, subject_id, Choice(code), case=case)
    return stopped


def opt_out_purposes(tx: Transaction) -> tuple[str, ...]:
    """Return the purposes that "do not sell or share my information" stops."""
    return tuple(item.code for item in tx.content.purposes if item.sale or item.sharing)


def limit_purposes(tx: Transaction) -> tuple[str, ...]:
    """Return the purposes that "limit the use of my sensitive information" stops."""
    return tuple(item.code for item in tx.content.purposes if item.sensitive)


def honour_signal(tx: Transaction, subject_id: str, *, site: str = "portal") -> None:
    """Record that the person's browser sent a signal, once for each state that it changes."""
    codes = opt_out_purposes(tx)
    standing = register.check(tx, tx.person(subject_id), codes)
    if any(standing[code].state not in SAID_NO for code in codes):
        data = {"signal": "gpc", "value": True}
        tx.append("signal.received", data, subject_id=subject_id, site=site)


def unsubscribe(tx: Transaction, subject_id: str, *, name: str = "") -> Event:
    """Take the person off one mailing list, or off all of them (RFC 8058, 15 USC 7704(a)(4))."""
    data: Mapping[str, object] = {"list": name} if name else {"all": True}
    return tx.append("email.unsubscribed", data, subject_id=subject_id)


def preferences(tx: Transaction, subject_id: str | None) -> tuple[Preference, ...]:
    """Return where every purpose stands for a person, in the order of the instance's file."""
    subject_ids = tx.person(subject_id) if subject_id else ()
    purposes = tx.content.purposes
    standing = check_known(tx, subject_ids, [item.code for item in purposes])
    return tuple(_preference(item, standing[item.code]) for item in purposes)


def _preference(purpose: Purpose, answer: Answer) -> Preference:
    free = answer.state is not State.SUSPENDED
    return Preference(
        purpose,
        answer,
        can_give=free and answer.state is not State.GIVEN,
        can_withdraw=answer.state not in SAID_NO,  # a no is heard while all is paused, too
    )


def check_person(
    tx: Transaction,
    identifiers: Sequence[Identifier],
    purposes: Sequence[str],
    *,
    site: str,
    at: datetime | None = None,
) -> Mapping[str, Answer]:
    """Return whether data of the person whom a site names may be used for each purpose.

    Whoever was erased after a no stays refused: the suppression list is asked too.
    """
    subject_id = tx.find_subject(identifiers, site=site)
    person = tx.person(subject_id) if subject_id else ()
    said = tx.suppressed(identifiers, site=site)
    found = register.check(tx, person, purposes, at=at, suppressed=said)
    named = {tx.find_subject([item], site=site) for item in identifiers} - {None, *person}
    others = [tx.person(one) for one in sorted(filter(None, named))]
    return register.still_beside(tx, found, others, at=at)


def check_known(
    tx: Transaction,
    subject_ids: Sequence[str],
    purposes: Sequence[str],
    *,
    at: datetime | None = None,
) -> Mapping[str, Answer]:
    """Return the same for a person who is known by ids: what a site is told, pages say too.

    A telephone speaks for nobody who has a name: others may use it.
    """
    known = tx.identifiers(subject_ids)
    named = [item for item in known if item.kind != "phone"] or known
    said = tx.suppressed(named, site=_OWN) if named else ()
    return register.check(tx, subject_ids, purposes, at=at, suppressed=said)


def spread_refusal(tx: Transaction, event: Event) -> None:
    """Let a no count for every identifier that was named with it, linked or not.

    A browser's word joins nobody, but its no counts at once: for the person whom it names and
    for the device that it runs on (11 CCR 7025(c)(1)). Reaction to a refusal, a withdrawal or a
    signal.
    """
    if event.subject_id is None or records.record_of(event) is None:
        return
    reached = set(tx.person(event.subject_id))
    for identifier in identifiers_from_data(event.data.get("subject")):
        other = tx.find_subject([identifier], site=event.site)
        if other is None or other in reached:
            continue
        reached.add(other)
        _repeat_for(tx, event, other)


def _repeat_for(tx: Transaction, event: Event, subject_id: str) -> None:
    kept = {name: value for name, value in event.data.items() if name not in {"subject", "page"}}
    if event.kind == "signal.received":
        honour_signal(tx, subject_id, site=event.site)
        return
    answer = register.check(tx, (subject_id,), [str(event.data["purpose"])])
    if answer[str(event.data["purpose"])].state not in SAID_NO:
        tx.append(
            event.kind, kept, subject_id=subject_id, occurred_at=event.occurred_at, site=event.site
        )


def _standing(tx: Transaction, subject_id: str, choice: Choice) -> Answer:
    service = choice.service or None
    subject_ids = tx.person(subject_id)
    return register.check(tx, subject_ids, [choice.purpose], service=service)[choice.purpose]


def _say(
    tx: Transaction, subject_id: str, *, kind: str, choice: Choice, case: str | None
) -> Event:
    tx.content.purpose(choice.purpose)
    if choice.occurred_at is not None and choice.occurred_at > tx.now:
        raise InvalidInput("a choice cannot have been made in the future")
    data = _data(tx, choice)
    return tx.append(kind, data, subject_id=subject_id, case=case, occurred_at=choice.occurred_at)


def _data(tx: Transaction, choice: Choice) -> dict[str, object]:
    document, version = _text(tx, choice)
    optional = {
        "wording": choice.wording,
        "language": choice.language,
        "service": choice.service,
        "evidence": choice.evidence,
        "actor": choice.actor,
        "expires_at": instant(choice.expires_at) if choice.expires_at else "",
    }
    return {
        "purpose": choice.purpose,
        "document": document,
        "version": version,
        "method": choice.method,
        **{name: value for name, value in optional.items() if value},
    }


def _text(tx: Transaction, choice: Choice) -> tuple[str, str]:
    """Return the text that the choice was made under: as shown, else the policy in force."""
    slug = choice.document or next(
        item.slug for item in tx.content.documents if item.kind is DocumentKind.PRIVACY_POLICY
    )
    if choice.version:
        return slug, tx.content.document(slug, choice.version).version
    return slug, tx.content.in_force(slug, choice.occurred_at or tx.now).version
