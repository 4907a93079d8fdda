"""What a parent can do who was asked: choose, prove, refuse; later change and take back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.children import methods, register, rules
from privacy_engine.children.actions import contact_of
from privacy_engine.children.methods import Means
from privacy_engine.children.register import Case
from privacy_engine.children.rules import State
from privacy_engine.errors import Conflict, InvalidInput, NotFound, UnknownCode
from privacy_engine.instance.model import Purpose
from privacy_engine.instance.terms import DocumentKind, Under13
from privacy_engine.law.provisions import ParentalMethod
from privacy_engine.log.event import Event, instant
from privacy_engine.transaction import Transaction

_CHOSEN = "parental_consent.chosen"
_STANDING = frozenset({_CHOSEN, "parental_consent.verified", "parental_consent.changed"})
_LONGEST_NOTE = 2_000
_MOST_ASKED = 10_000
"""Open cases looked through for one answer."""


@dataclass(frozen=True, repr=False)
class Choice:
    """What a parent chose, and in which way they prove to be one.

    `purposes` are the codes that are allowed; whatever is not named is not allowed.
    """

    purposes: tuple[str, ...]
    method: str
    signed_name: str = ""


def requested(tx: Transaction, case: str, *, due_at: datetime, channel: str) -> None:
    """Record that the notice went out, under the version of it that is in force; once."""
    if any(event.kind == "parental_consent.requested" for event in tx.events_of_case(case)):
        return
    data = {"due_at": instant(due_at), "channel": channel, **notice_in_force(tx)}
    _say(tx, case, "requested", data)


def notice_in_force(tx: Transaction) -> dict[str, str]:
    """Return document and version of the direct notice, empty where none is in force.

    The letter to the parent says by itself what 16 CFR 312.4(c)(1) asks for.
    """
    for item in tx.content.documents:
        if item.kind is DocumentKind.DIRECT_NOTICE:
            with suppress(UnknownCode):
                found = tx.content.in_force(item.slug, tx.now)
                return {"document": found.slug, "version": found.version}
    return {}


def offered(tx: Transaction) -> tuple[Purpose, ...]:
    """Return the purposes that a parent is asked about, each apart."""
    return tuple(item for item in tx.content.purposes if item.under_13 is Under13.PARENT)


def means_of(tx: Transaction, case: str) -> Means:
    """Return with what a parent of this case could prove to be one."""
    given, contact = tx.settings.children, contact_of(tx, case)
    provider = given.provider_url or tx.settings.test_mode
    return Means(
        offered=given.consent_methods,
        discloses=given.discloses,
        telephone=bool(given.telephone),
        texts=bool(given.texts_url),
        provider_methods=frozenset(given.provider_methods if provider else ()),
        parent_has_email=bool(contact.parent_email),
        parent_has_phone=bool(contact.parent_phone),
    )


def choose(tx: Transaction, case: str, choice: Choice) -> ParentalMethod:
    """Record what a parent chose, before anything proves that it is the parent.

    Raises:
        InvalidInput: nothing was chosen, or the way is too weak for what was chosen.
        Conflict: the parent was not asked yet, the time to answer is over, or it was answered.
    """
    found = _asked(tx, case)
    if not choice.purposes:
        raise InvalidInput("choose at least one thing that you allow, or say no")
    chosen = _purposes(tx, choice.purposes)
    way = methods.require_open(choice.method, means_of(tx, case), chosen)
    data = {"purposes": _codes(chosen), "method": way.code, **notice_in_force(tx)}
    if choice.signed_name:
        data["signed_name"] = choice.signed_name
    _say(tx, found.case, "chosen", data)
    return way


def choice_of(tx: Transaction, case: str) -> Choice | None:
    """Return what stands chosen in a case, or None before anything was."""
    found = _newest(tx, case, _STANDING)
    if found is None:
        return None
    chosen = _newest(tx, case, frozenset({_CHOSEN}))
    name = str(chosen.data.get("signed_name") or "") if chosen else ""
    method = register.get(tx.session, case).method
    return Choice(tuple(found.data.get("purposes") or ()), method, name)


def refuse(tx: Transaction, case: str, *, reason: str = "") -> None:
    """Record a parent's no: what is left is deleted at once; `reason` is an officer's sentence.

    Raises:
        Conflict: the time to answer is over, or it was answered.
    """
    _locked(tx, case, State.ASKING)
    _say(tx, case, "refused", {"reason": reason} if reason else {})


def expire(tx: Transaction, case: str) -> bool:
    """Record that no parent answered in time; False when one did meanwhile."""
    tx.lock(case)
    if register.get(tx.session, case).state is not State.ASKING:
        return False
    _say(tx, case, "expired", {})
    return True


def evidence_received(
    tx: Transaction, case: str, *, sha256: str, size: int, media_type: str
) -> None:
    """Record that a signed form arrived; an officer looks at it.

    Raises:
        Conflict: no form is awaited (any more).
    """
    found = _locked(tx, case, State.ASKING)
    data = {"method": found.method, "sha256": sha256, "bytes": size, "media_type": media_type}
    _say(tx, case, "evidence_received", data)


def confirmation_sent(tx: Transaction, case: str) -> None:
    """Record that the second message went out, unless the answer came meanwhile."""
    tx.lock(case)
    found = register.get(tx.session, case)
    if found.state is State.ASKING:
        _say(tx, case, "confirmation_sent", {"method": found.method})


def check_started(tx: Transaction, case: str, *, provider: str, session: str) -> None:
    """Record that the parent was sent to whoever checks.

    Raises:
        Conflict: nothing is to be checked (any more).
    """
    found = _locked(tx, case, State.ASKING)
    data = {"method": found.method, "provider": provider, "session": session}
    _say(tx, case, "check_started", data)


def awaits_check(tx: Transaction, case: str, *, session: str) -> bool:
    """Return whether a check was begun for what stands chosen now.

    A check that was begun before the parent chose otherwise proves nothing of the new choice.
    """
    begun = False
    for event in tx.events_of_case(case):
        if event.kind == _CHOSEN:
            begun = False
        elif event.kind == "parental_consent.check_started":
            begun = begun or event.data.get("session") == session
    return begun


def newest_choice(tx: Transaction, case: str) -> str:
    """Return the event in which a parent chose last, empty before any did."""
    found = _newest(tx, case, frozenset({_CHOSEN}))
    return found.event_id if found else ""


def case_of_check(tx: Transaction, *, provider: str, session: str) -> str:
    """Return the case whose parent was sent to a provider under an id of theirs.

    Few parents are on their way at once, so the cases that ask one are looked through.

    Raises:
        NotFound: no parent is on their way under that id (any more).
    """
    for found in register.open_cases(tx.session, limit=_MOST_ASKED):
        if found.state is State.ASKING and any(
            event.kind == "parental_consent.check_started"
            and event.data.get("provider") == provider
            and event.data.get("session") == session
            for event in tx.events_of_case(found.case)
        ):
            return found.case
    raise NotFound("no parent is being checked under this id")


def check_failed(tx: Transaction, case: str, *, reason: str) -> None:
    """Record that a check did not show that it is the parent; they may try again.

    Raises:
        Conflict: nothing is to be checked (any more).
    """
    found = _locked(tx, case, State.ASKING)
    _say(tx, case, "check_failed", {"method": found.method, "reason": reason[:200]})


def verify(
    tx: Transaction,
    case: str,
    *,
    attested: str = "",
    session: str = "",
    choice: Choice | None = None,
) -> Case:
    """Record that it is verified that a parent consented; what they chose is allowed from now.

    Args:
        tx: a transaction that writes.
        case: the case.
        attested: how an officer found out, in a sentence.
        session: what a provider calls its check.
        choice: what the parent said to an officer; as chosen on the page when None.

    Raises:
        InvalidInput: nothing was chosen, or the way is too weak for it.
        Conflict: the parent was not asked yet, the time to answer is over, or it was answered.
    """
    found = _asked(tx, case)
    standing = choice or choice_of(tx, case)
    if standing is None or not standing.purposes:
        raise InvalidInput("the parent has not said yet what they allow")
    chosen = _purposes(tx, standing.purposes)
    way = _way(tx, case, standing.method, chosen, by_officer=choice is not None)
    text = notice_in_force(tx)
    data = {
        "purposes": _codes(chosen),
        "method": way.code,
        "evidence": way.evidence,
        "signed_name": standing.signed_name,
        "attested": attested[:_LONGEST_NOTE],
        "session": session,
        **text,
    }
    _say(tx, case, "verified", {name: value for name, value in data.items() if value})
    _allow(tx, found, given=_codes(chosen), text=text)
    return register.get(tx.session, case)


def _way(
    tx: Transaction, case: str, code: str, chosen: Sequence[Purpose], *, by_officer: bool
) -> ParentalMethod:
    # An officer may take a call or meet somebody whatever the page offered; what the law asks of
    # the way itself holds for them too.
    way = methods.method(code)
    if by_officer and way.proof not in {"officer", "form"}:
        raise InvalidInput("nobody can write this down for the parent, who shows it themself")
    if by_officer:
        return way
    return methods.require_open(code, means_of(tx, case), chosen)


def change(tx: Transaction, case: str, purposes: Iterable[str]) -> None:
    """Let a parent allow more or less than before.

    Raises:
        InvalidInput: nothing would be left, or more would be passed on than was proved for.
        Conflict: no consent stands.
    """
    found = _locked(tx, case, State.CONSENTED)
    chosen = _purposes(tx, purposes)
    if not chosen:
        raise InvalidInput("nothing would be left; take your permission back instead")
    if not methods.method(found.method).where_disclosing and methods.discloses(chosen):
        msg = (
            "you showed by a message that you are the parent, and that is not enough for passing "
            "on or for training; write to us if you want to allow it"
        )
        raise InvalidInput(msg)
    before = set(_standing(tx, case))
    after, text = _codes(chosen), notice_in_force(tx)
    _say(tx, case, "changed", {"purposes": after, **text})
    _allow(tx, found, given=[code for code in after if code not in before], text=text)
    _forbid(tx, found, [code for code in sorted(before) if code not in after])


def withdraw(tx: Transaction, case: str) -> None:
    """Let a parent take the consent back: nothing is used any more, and what is held is deleted.

    Source: 16 CFR 312.6(a)(2).

    Raises:
        Conflict: no consent stands.
    """
    found = _locked(tx, case, State.CONSENTED)
    _forbid(tx, found, sorted(_standing(tx, case)))
    _say(tx, case, "withdrawn", {})


def dispute(tx: Transaction, subject_id: str) -> None:
    """Let a consent rest when somebody else who says to be a parent tells us of the child.

    Anybody can say so, so nothing is deleted for it; but a no of either parent counts at once,
    and a person then decides whether to delete or to ask again.

    Source: 16 CFR 312.6(a)(2).
    """
    case = register.consented_case_of(tx.session, tx.person(subject_id))
    if case is not None:
        found = _locked(tx, case, State.CONSENTED)
        _forbid(tx, found, sorted(_standing(tx, case)))
        _say(tx, case, "disputed", {})


def shown(tx: Transaction, case: str, *, as_: str) -> str:
    """Record that a parent looked at, or took away, what is held; return the event.

    Raises:
        Conflict: no consent stands.
    """
    _locked(tx, case, State.CONSENTED)
    return _say(tx, case, "shown", {"method": as_})


def _standing(tx: Transaction, case: str) -> tuple[str, ...]:
    found = choice_of(tx, case)
    return found.purposes if found else ()


def _purposes(tx: Transaction, codes: Iterable[str]) -> list[Purpose]:
    wanted = set(codes)
    known = offered(tx)
    if not wanted <= {item.code for item in known}:
        raise InvalidInput("one of the choices is none that was offered")
    return [item for item in known if item.code in wanted]


def _codes(chosen: Sequence[Purpose]) -> list[str]:
    return [item.code for item in chosen]


def _allow(tx: Transaction, case: Case, *, given: Iterable[str], text: dict[str, str]) -> None:
    for code in given:
        _about(tx, case, "parental_consent.given", {"purpose": code, **text})


def _forbid(tx: Transaction, case: Case, codes: Iterable[str]) -> None:
    for code in codes:
        _about(tx, case, "parental_consent.withheld", {"purpose": code})


def _about(tx: Transaction, case: Case, kind: str, data: dict[str, str]) -> None:
    tx.append(
        kind,
        {"case": case.case, **data},
        case=case.case,
        subject_id=case.subject_id,
        site=case.site,
    )


def _asked(tx: Transaction, case: str) -> Case:
    """Lock and return a case whose parent was asked.

    What a parent said before all but the contact is destroyed would be destroyed with the rest.
    """
    found = _locked(tx, case, State.ASKING)
    if found.asked_at is None:
        raise Conflict("the parent has not been asked yet: what is held is destroyed first")
    return found


def _locked(tx: Transaction, case: str, wanted: State) -> Case:
    tx.lock(case)
    found = register.get(tx.session, case)
    rules.require(found.state, wanted)
    return found


def _newest(tx: Transaction, case: str, kinds: frozenset[str]) -> Event | None:
    found = [event for event in tx.events_of_case(case) if event.kind in kinds]
    return found[-1] if found else None


def _say(tx: Transaction, case: str, word: str, data: Mapping[str, object]) -> str:
    found = register.get(tx.session, case)
    return tx.append(
        f"parental_consent.{word}",
        {"case": case, **data},
        case=case,
        subject_id=found.subject_id,
        site=found.site,
    ).event_id
