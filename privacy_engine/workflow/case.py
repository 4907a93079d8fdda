"""What a step needs to know of its case: the person as they were when it began, and letters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from privacy_engine.children import register as child_cases
from privacy_engine.connectors.protocol import (
    OFFICER_GROUND,
    REQUEST_RECORD,
    WRITTEN_SINCE,
    External,
    Identifiers,
    Verdict,
)
from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.law import clauses
from privacy_engine.letters import compose
from privacy_engine.log import epochs
from privacy_engine.log.event import DRILL_SITE, Identifier
from privacy_engine.rights import links
from privacy_engine.rights import register as rights
from privacy_engine.rights.register import Request
from privacy_engine.rights.rules import (
    AT_ONCE,
    FALLBACK_JURISDICTION,
    acknowledge_clock,
    answer_clock,
)
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import corrections, linked_late, register, to_tell

OWN_NAME = "under-13-case"
"""Issuer of the name that ties a child of whom little is kept to its case; in no other place."""
VERIFY_FOR = timedelta(days=21)
PACKAGE_FOR = timedelta(days=14)
"""How long a link to a package works."""
PACKAGE_KEPT = timedelta(days=45)
"""How long the package lies there for a new link."""


@dataclass(frozen=True, repr=False)
class CasePerson:
    """The person of a case: who is included, and by which identifiers systems are searched.

    `excluded` are subjects that were linked after the case began, or only claimed; an officer sees
    them and may let them in. Of a child's case: somebody else, linked after it was decided.
    """

    subject_ids: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    excluded: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The e-mail address that letters go to; empty when there is none."""
        return next((item.value for item in self.identifiers if item.kind == "email"), "")


def request_of(tx: Transaction, case: str) -> Request | None:
    """Return the request that a case is, or None for a case of another kind."""
    try:
        return rights.get(tx.session, case)
    except NotFound:
        return None


def is_drill(tx: Transaction, case: str) -> bool:
    """Return whether a case is about a person whom a drill invented."""
    request = request_of(tx, case)
    if request is not None:
        return request.site == DRILL_SITE
    return child_cases.site_of(tx.session, case) == DRILL_SITE


def began_at(tx: Transaction, request: Request) -> datetime:
    """Return when the engine took a request, aware UTC; letters by post were received earlier."""
    return tx.event(request.received_event).recorded_at


def person_of(tx: Transaction, case: str, subject_id: str) -> CasePerson:
    """Return the person of a case as they were known when it began."""
    request = request_of(tx, case)
    if request is not None:
        late = tx.vault.linked_since(subject_id, began_at(tx, request) + timedelta(minutes=5))
    else:
        late = tuple(linked_late.left_out(tx, case, subject_id))
    let_in = admitted(tx, case)
    out = frozenset((*late, *tx.vault.claimed(subject_id))) - let_in
    found = (*tx.person(subject_id), *sorted(let_in))
    included = tuple(dict.fromkeys(item for item in found if item not in out))
    return CasePerson(included, tx.identifiers(included), tuple(sorted(out)))


def admitted(tx: Transaction, case: str) -> frozenset[str]:
    """Return the subjects that an officer let in for a case."""
    return frozenset(
        str(event.data["subject_admitted"])
        for event in tx.events_of_case(case)
        if event.kind == "request.identifier_admitted" and "subject_admitted" in event.data
    )


def for_connectors(identifiers: Sequence[Identifier]) -> Identifiers:
    """Return identifiers as connectors take them."""

    def of(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.value for item in identifiers if item.kind == kind))

    externals = tuple(
        External(item.scope, item.value)
        for item in identifiers
        if item.kind == "external" and item.scope != OWN_NAME
    )
    return Identifiers(of("email"), of("phone"), of("account"), of("device"), externals)


def status_url(tx: Transaction, reference: str) -> str:
    """Return the link to a request's status page; it works for the life of the request."""
    token = links.sign(tx.world.ring, use="status", about=reference)
    return f"{_base(tx)}/requests/{quote(reference)}?key={token}"


def verify_url(tx: Transaction, request: Request) -> str:
    """Return the link by which a person confirms a request."""
    token = links.sign(
        tx.world.ring,
        use="verify",
        about=request.reference,
        expires_at=began_at(tx, request) + VERIFY_FOR,
    )
    return f"{_base(tx)}/requests/{quote(request.reference)}/verify?key={token}"


def package_url(tx: Transaction, request: Request) -> str:
    """Return a link to the package of a request; it works to the end of the day that is named."""
    until = tx.now + PACKAGE_FOR + timedelta(days=1)
    token = links.sign(tx.world.ring, use="package", about=request.reference, expires_at=until)
    return f"{_base(tx)}/requests/{quote(request.reference)}/package?key={token}"


def _base(tx: Transaction) -> str:
    return tx.settings.instance.public_url


def letter_values(tx: Transaction, request: Request, *, name: str) -> Mapping[str, str]:
    """Return a value for every word that a letter about a request may use."""
    language = request.language
    zone, controller, base = tx.settings.zone, tx.settings.controller, _base(tx)
    answer, ack = answer_clock(request.facts), acknowledge_clock(request.facts)
    today = tx.now.astimezone(zone).date()
    return {
        "name": name,
        "reference": request.reference,
        "right": _right(tx, request),
        "received_on": compose.day(request.received_at.astimezone(zone).date(), language),
        "completed_on": compose.day(today, language),
        "acknowledge_due_on": compose.day(ack.strict_due_on, language) if ack else "",
        "acknowledge_citation": ack.citation if ack else "",
        "answer_due_on": compose.day(answer.strict_due_on, language) if answer else "",
        "extended_due_on": compose.day(answer.strict_due_on, language) if answer else "",
        "answer_citation": answer.citation if answer else "",
        "citation": request.citation or (answer.citation if answer else ""),
        "controller_name": controller.name,
        "controller_address": controller.address,
        "controller_email": controller.email,
        "officer_title": controller.officer_title,
        "status_url": status_url(tx, request.reference),
        "verify_url": verify_url(tx, request),
        "verify_expires_on": compose.day(
            (began_at(tx, request) + VERIFY_FOR).astimezone(zone).date(), language
        ),
        "package_url": package_url(tx, request),
        "package_expires_on": compose.day(
            (tx.now + PACKAGE_FOR).astimezone(zone).date(), language
        ),
        "opt_out_url": f"{base}/request?right=opt_out",
        "request_url": f"{base}/request",
        "preferences_url": f"{base}/preferences",
        "policy_url": f"{base}/policies",
        "reason": "",
        "instead": "",
        "outcome": "",
        "authority": _authority(request.jurisdiction),
        "window": "",
        # The same day as on the certificate, which is drawn once the erasure has stated it.
        "backup_until": compose.day(epochs.unrecoverable_on(tx.world.ring, tx.now), language),
        **_outcomes(tx, request),
    }


def _right(tx: Transaction, request: Request) -> str:
    """Return what was asked for; of permissions that are taken back, which ones."""
    words = compose.right_in_words(request.right, request.language, acting_for=request.acting_for)
    if request.right != "withdraw_consent":
        return words
    stopped = to_tell.purposes(tx, request)
    titles = [item.title for item in tx.content.purposes if item.code in stopped]
    return f"{words} ({', '.join(titles)})" if titles else words


def _authority(jurisdiction: str) -> str:
    """Return who watches over a law; California's where the law is not known."""
    known = {item.code: item.authority for item in clauses.jurisdictions()}
    return known.get(jurisdiction) or known[FALLBACK_JURISDICTION]


NOTHING_BY_HAND = "nothing_by_hand"
NOBODY_LOOKED = "nobody_looked"
LEFT_THE_MAP = "left_the_map"
ALL_BUT_KEPT = "all_but_kept"
_ONLY_SEARCHED = frozenset({"", "before"})
_WORDS = {
    "en": {
        "erased": "deleted and searched again: nothing found",
        ALL_BUT_KEPT: "deleted and searched again: only what we keep was found",
        "residue": "something was found again; we go on",
        "no_baseline": "nothing was found, before or after",
        "not_searchable": "deleted; this system cannot be searched again",
        NOTHING_BY_HAND: "a person looked there, and found nothing",
        NOBODY_LOOKED: "nobody looked there",
        LEFT_THE_MAP: "no longer among our systems",
        "corrected": "corrected, and looked at again: the new value stands",
        "corrected_again": "the old value had come back; corrected again",
        "differs": "corrected, but the old value came back; we go on",
        "by_hand": "corrected by hand",
        "gone": "the record is no longer held",
        "unseen": "corrected; this system cannot be looked at again",
        "none": "nobody",
        "nothing": "nothing",
        "ourselves": "our own records",
        "until": "until",
        "legal_obligation": "a law asks for it",
        "disputes": "to settle a dispute",
        "agreements": "to carry out an agreement",
        "service": "for the service that you asked for",
        "legal_hold": "a dispute or an authority needs it",
        OFFICER_GROUND: "it also concerns somebody else",
        REQUEST_RECORD: "it is the record of this request",
        WRITTEN_SINCE: "it was written after the deletion",
    },
    "es": {
        "erased": "borrado y buscado otra vez: no se encontró nada",
        ALL_BUT_KEPT: "borrado y buscado otra vez: solo se encontró lo que conservamos",
        "residue": "se encontró algo otra vez; seguimos",
        "no_baseline": "no se encontró nada, ni antes ni después",
        "not_searchable": "borrado; este sistema no se puede volver a buscar",
        NOTHING_BY_HAND: "una persona buscó allí y no encontró nada",
        NOBODY_LOOKED: "nadie buscó allí",
        LEFT_THE_MAP: "ya no está entre nuestros sistemas",
        "corrected": "corregido y comprobado: el nuevo dato se mantiene",
        "corrected_again": "el dato anterior había vuelto; corregido otra vez",
        "differs": "corregido, pero el dato anterior volvió; seguimos",
        "by_hand": "corregido a mano",
        "gone": "el registro ya no se conserva",
        "unseen": "corregido; este sistema no se puede volver a comprobar",
        "none": "nadie",
        "nothing": "nada",
        "ourselves": "nuestros propios registros",
        "until": "hasta el",
        "legal_obligation": "lo exige una ley",
        "disputes": "para resolver un conflicto",
        "agreements": "para cumplir un acuerdo",
        "service": "para el servicio que usted pidió",
        "legal_hold": "lo necesita un conflicto o una autoridad",
        OFFICER_GROUND: "también se refiere a otra persona",
        REQUEST_RECORD: "es el registro de esta solicitud",
        WRITTEN_SINCE: "se escribió después del borrado",
    },
}


_WHY_KEPT = {
    "legal_obligation": "because the law asks for it",
    "disputes": "to settle a dispute",
    "agreements": "to carry out an agreement",
    "service": "for the service that you asked for",
    "legal_hold": "because a dispute or an authority needs it",
    OFFICER_GROUND: "because it also concerns somebody else",
}


def why_kept(row: register.CaseSystem) -> list[str]:
    """Return in words how many records of a system stay, and why."""
    counts: Counter[str] = Counter()
    for item in row.retained:
        why = _WHY_KEPT.get(str(item["ground"]), "on a ground that our letter names")
        counts[why] += int(item["count"])
    return [f"{count} kept {why}" for why, count in counts.items()]


def found_word(tx: Transaction, row: register.CaseSystem) -> str:
    """Return the verdict, but where it alone would say too much or too little.

    Where a person looked and had nothing to delete, where nothing was found again but what a
    ground keeps, where nobody was asked (a drill), and in what has left the data map.
    """
    if not row.verdict and all(item.code != row.system for item in tx.content.systems):
        return LEFT_THE_MAP
    if row.verdict == Verdict.NOT_SEARCHABLE and row.removed is None:
        return NOBODY_LOOKED
    if row.verdict == Verdict.ERASED and any((row.after or {}).values()):
        return ALL_BUT_KEPT
    by_hand = tx.content.data_map.ever(row.system).connector is ConnectorKind.MANUAL
    nothing = row.removed is not None and not sum(row.removed.values()) and not row.retained
    looked = nothing and row.verdict == Verdict.NOT_SEARCHABLE
    return NOTHING_BY_HAND if by_hand and looked else row.verdict


def _outcomes(tx: Transaction, request: Request) -> dict[str, str]:
    words = _WORDS.get(request.language[:2], _WORDS["en"])
    systems, kept = [], []
    for row in register.board(tx.session, request.reference):
        if request.right == "correct" and row.phase in _ONLY_SEARCHED:
            continue
        title = tx.content.data_map.ever(row.system).title
        systems.append(f"- {title}: {words.get(found_word(tx, row), row.verdict) or row.phase}")
        kept += [f"- {title}: {_kept(tx, item, request.language)}" for item in row.retained]
    decided = corrections.decided(tx, request.reference) if request.right == "correct" else None
    # What counts at once is confirmed before everybody was told; so the letter says who will be.
    told = [
        recipient.title
        for recipient in to_tell.recipients(tx, request)
        if request.right in AT_ONCE
        or recipient.code in register.told(tx.session, request.reference)
    ]
    return {
        "systems": "\n".join(systems) or words["nothing"],
        "kept": "\n".join(kept) or words["nothing"],
        "recipients": ", ".join(told) or words["none"],
        "source": (decided.source if decided else "") or words["ourselves"],
    }


def _kept(tx: Transaction, item: Mapping[str, object], language: str) -> str:
    """Return what is kept, how much of it, why and until when, as a person reads it."""
    words = _WORDS.get(language[:2], _WORDS["en"])
    ground, citation = str(item.get("ground")), item.get("citation")
    until = str(item.get("until") or "")
    on = f", {words['until']} {_day(until, language)}" if until else ""
    title = _series(tx, str(item.get("series")))
    by_law = f" ({citation})" if citation and ground != OFFICER_GROUND else ""
    return f"{title} ({item.get('count')}): {words.get(ground, ground)}{by_law}{on}"


def _day(text: str, language: str) -> str:
    try:
        return compose.day(date.fromisoformat(text), language)
    except ValueError:  # a system outside may say it in words of its own
        return text


def _series(tx: Transaction, code: str) -> str:
    try:
        return tx.content.series(code).title
    except UnknownCode:
        return code
