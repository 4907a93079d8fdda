"""May data of a person be used for a purpose: decided from records, in any order of arrival.

A record is reduced to the newest of its slot before anything is decided. Taking the newest of a
set does not depend on the order in which the set was filled, and neither does a decision that
reads nothing but the newest records; so a late or repeated event gives the same state as an
early one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from privacy_engine.instance.model import Content, DocumentVersion, Purpose
from privacy_engine.instance.terms import Reconsent, Under13
from privacy_engine.law import deadlines, periods
from privacy_engine.log.event import Trust

SIGNAL = "*signal"
"""Stands for every purpose with sale or sharing (11 CCR 7025(c))."""

EMAIL = "*email"
"""Stands for marketing purposes: those of the list in `service`, or all of them."""

CHILD = "*child"
"""Stands for every purpose while somebody may be under 13."""

TEEN = "*teen"
"""Stands for sale and sharing while somebody is 13 to 15 (Civ. Code 1798.120(c))."""

DO_NOT_USE = "do_not_use"
"""What the suppression list says of an erased child: nothing, until a parent consents anew."""


class Slot(StrEnum):
    """What a record can do; of each slot only the newest record matters.

    `ASKED` is an interactive yes at a stated time; `OWN` one that the person gave on the
    engine's own pages, unasked; `UNCONTESTED` a yes that counts only while there was no no (an
    import, or a time that nobody stated: it may be a late repeat); `CLAIM` one that counts for
    nobody, kept for the history. `PARENT_YES` and `PARENT_NO` are a verified parent's, and the
    only ones that count for a child under 13.
    """

    REFUSAL = "refusal"
    ASKED = "asked"
    OWN = "own"
    UNCONTESTED = "uncontested"
    CLAIM = "claim"
    PARENT_YES = "parent_yes"
    PARENT_NO = "parent_no"


class State(StrEnum):
    """Where one purpose stands for one person. `SUSPENDED` never says why."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    SUSPENDED = "suspended"


SAID_NO = frozenset({State.REFUSED, State.WITHDRAWN})
NOES = frozenset({Slot.REFUSAL, Slot.PARENT_NO})
"""The slots in which a record says no."""


class Record(Struct, frozen=True):
    """One event of the ledger, without anything that names the person.

    Attributes:
        purpose: a code, or one of SIGNAL, EMAIL, CHILD, TEEN.
        service: as reported; for EMAIL the list, empty for all.
        at: aware UTC; when it happened, never later than `recorded_at`.
        expires_at: aware UTC; as reported, None when open-ended.
    """

    event_id: str
    subject_id: str
    kind: str
    slot: Slot
    purpose: str
    service: str
    at: datetime
    recorded_at: datetime
    trust: Trust
    site: str
    document: str = ""
    version: str = ""
    method: str = ""
    expires_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """What makes one record of a slot newer than another."""
        return self.at, self.event_id


@dataclass(frozen=True)
class Answer:
    """May data be used for a purpose, and by which event.

    `since`, `document`, `version` and `event_id` are None where nothing was ever said.
    """

    permitted: bool
    state: State
    since: datetime | None = None
    document: str | None = None
    version: str | None = None
    event_id: str | None = None


@dataclass(frozen=True)
class Terms:
    """What decides about one purpose besides the records."""

    purpose: Purpose
    documents: tuple[DocumentVersion, ...]
    zone: ZoneInfo
    lists: frozenset[str]
    under: frozenset[str] = frozenset()

    def wants(self, record: Record) -> bool:
        """Return whether a record says anything about this purpose.

        A no to a purpose that is both sale and sharing is the opt-out of all of it, by whatever
        name it goes elsewhere (Civ. Code 1798.120(a)); a yes to it allows nothing else.
        """
        match record.purpose:
            case _ if record.purpose == self.purpose.code:
                return True
            case _ if record.purpose in self.under:
                return record.slot in NOES
            case "*signal":
                return self.purpose.sale or self.purpose.sharing
            case "*email":
                return self.purpose.marketing and self._is_on(record.service)
            case _:
                return False

    def _is_on(self, name: str) -> bool:
        # A list that nobody declared could be any: no unsubscribing is ever without effect.
        return name not in self.lists or name in {self.purpose.code, self.purpose.service}


def terms(content: Content, code: str, *, zone: ZoneInfo) -> Terms:
    """Return the terms of a purpose.

    Raises:
        UnknownCode: the instance declares no such purpose.
    """
    lists = {name for item in content.purposes for name in (item.code, item.service)}
    purpose = content.purpose(code)
    under = opt_outs(content) - {code} if purpose.sale or purpose.sharing else frozenset()
    return Terms(purpose, content.documents, zone, frozenset(lists - {""}), under)


def opt_outs(content: Content) -> frozenset[str]:
    """Return the purposes to which a no is the opt-out of every sale and sharing."""
    return frozenset(item.code for item in content.purposes if item.sale and item.sharing)


def newest(records: Iterable[Record]) -> dict[Slot, Record]:
    """Return the newest record of every slot."""
    found: dict[Slot, Record] = {}
    for record in records:
        held = found.get(record.slot)
        if held is None or record.order > held.order:
            found[record.slot] = record
    return found


def suspended(records: Iterable[Record]) -> bool:
    """Return whether everything stands still: any one of the person's ids may be a child's."""
    by_subject: dict[str, list[Record]] = {}
    for record in records:
        if record.purpose == CHILD:
            by_subject.setdefault(record.subject_id, []).append(record)
    return any(_stands_still(newest(held)) for held in by_subject.values())


def _stands_still(held: Mapping[Slot, Record]) -> bool:
    began = held.get(Slot.REFUSAL)
    ended = max((item.at for slot, item in held.items() if slot is not Slot.REFUSAL), default=None)
    return began is not None and (ended is None or ended <= began.at)


def decide(
    records: Sequence[Record],
    terms: Terms,
    *,
    at: datetime,
    service: str | None = None,
    stays_refused: bool = False,
    forgotten_child: bool = False,
) -> Answer:
    """Return whether data may be used for a purpose at the aware instant `at`.

    A person may choose for every service apart: a record without a service is about all of
    them. Asked without one, the answer is yes only when no service says no.

    Args:
        records: everything about the person, of all their ids, that happened by `at`.
        terms: of the purpose.
        at: aware UTC.
        service: ask about this one only.
        stays_refused: an earlier no outlived the person's records (suppression list).
        forgotten_child: a child under 13 was erased under this name (suppression list).
    """
    mine = [item for item in records if terms.wants(item)]
    if forgotten_child or suspended(records):
        return _by_parent(newest(mine), terms, at=at)
    teen = (terms.purpose.sale or terms.purpose.sharing) and _is_teen(records, at)
    mine = [item for item in mine if item.slot not in _OF_PARENTS]
    named = {_service(item, terms) for item in mine} - {""} if service is None else {service}
    answers = []
    for name in sorted(named or {""}):
        heard = [item for item in mine if _service(item, terms) in {"", name}]
        held = newest(heard)
        answers.append(
            _decide_one(held, terms, at=at, stays_refused=stays_refused, own_yes_only=teen)
        )
    return min(answers, key=lambda answer: (answer.permitted, -_instant(answer.since)))


def _service(record: Record, terms: Terms) -> str:
    # A purpose's own service is the purpose; what is off a mailing list is off it everywhere.
    own = record.purpose != terms.purpose.code or record.service == terms.purpose.service
    return "" if own else record.service


def _instant(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


_OF_PARENTS = frozenset({Slot.PARENT_YES, Slot.PARENT_NO})


def _by_parent(held: Mapping[Slot, Record], terms: Terms, *, at: datetime) -> Answer:
    """Return what a parent allows for a child under 13; the child's own yes counts for nothing.

    Any later no counts, the child's own too. Whoever has no parent's yes is suspended, and the
    answer never says why.

    Source: 16 CFR 312.5(a)(1).
    """
    yes = held.get(Slot.PARENT_YES)
    noes = [held[slot].at for slot in (Slot.PARENT_NO, Slot.REFUSAL) if slot in held]
    nothing = Answer(permitted=False, state=State.SUSPENDED)
    # A parent's yes from before a purpose was closed to children counts no more.
    never = terms.purpose.under_13 is Under13.NEVER
    if never or yes is None or any(no >= yes.at for no in noes):
        return nothing
    state, _ = _ended(yes, terms, at=at)
    if state is not State.GIVEN:
        return nothing
    return Answer(
        permitted=True,
        state=state,
        since=yes.at,
        document=yes.document or None,
        version=yes.version or None,
        event_id=yes.event_id,
    )


def _is_teen(records: Iterable[Record], at: datetime) -> bool:
    """Return whether somebody is 13 to 15, by what any of their ids was reported as."""
    return any(
        item.purpose == TEEN and (item.expires_at is None or at < item.expires_at)
        for item in records
    )


def _decide_one(
    held: Mapping[Slot, Record],
    terms: Terms,
    *,
    at: datetime,
    stays_refused: bool,
    own_yes_only: bool,
) -> Answer:
    """Return the answer for one service.

    `own_yes_only`: only a yes that the engine itself saw in two steps counts (11 CCR 7071, 7028).
    """
    refusal = held.get(Slot.REFUSAL)
    yes = [item for item in held.values() if _counts(item, refusal, terms)]
    if own_yes_only:
        yes = [item for item in yes if item.slot is Slot.OWN]
    elif stays_refused:
        yes = [item for item in yes if item.slot in {Slot.ASKED, Slot.OWN}]
    grant = max(yes, key=lambda item: item.order, default=None)
    closed = stays_refused or own_yes_only
    if grant is None:
        return _without_yes(refusal, terms, stays_refused=closed)
    state, ended_at = _ended(grant, terms, at=at)
    # A yes that ended leaves things as they were before it.
    fallback = terms.purpose.default_permitted and refusal is None and not closed
    return Answer(
        permitted=state is State.GIVEN or fallback,
        state=state,
        since=ended_at or grant.at,
        document=grant.document or None,
        version=grant.version or None,
        event_id=grant.event_id,
    )


def _counts(record: Record, refusal: Record | None, terms: Terms) -> bool:
    """Return whether a yes stands against the newest no; at the same instant the no wins."""
    if record.slot in {Slot.REFUSAL, Slot.CLAIM}:
        return False
    if refusal is None:
        return True
    if record.slot is Slot.UNCONTESTED or record.at <= refusal.at:
        return False
    # The wait binds whoever asks; a person may change their own mind on any day (11 CCR 7028).
    return record.slot is Slot.OWN or record.at >= may_ask_at(refusal.at, terms)


def may_ask_at(refused_at: datetime, terms: Terms) -> datetime:
    """Return the aware instant from which the question may be put again after a no.

    Source: the clause that the purpose names, such as 11 CCR 7026(k).
    """
    if terms.purpose.reask_clause is None:
        return refused_at
    first = deadlines.due(terms.purpose.reask_clause, refused_at, zone=terms.zone)
    return datetime.combine(first.strict_due_on, time.min, tzinfo=terms.zone).astimezone(UTC)


def _without_yes(refusal: Record | None, terms: Terms, *, stays_refused: bool) -> Answer:
    if refusal is None and stays_refused:
        return Answer(permitted=False, state=State.REFUSED)
    if refusal is None:
        return Answer(permitted=terms.purpose.default_permitted, state=State.UNKNOWN)
    taken_back = refusal.kind in {"withdrawn", "unsubscribed"}
    return Answer(
        permitted=False,
        state=State.WITHDRAWN if taken_back else State.REFUSED,
        since=refusal.at,
        document=refusal.document or None,
        version=refusal.version or None,
        event_id=refusal.event_id,
    )


def _ended(grant: Record, terms: Terms, *, at: datetime) -> tuple[State, datetime | None]:
    """Return the state of a yes at `at`, and when it ended if it did."""
    ends = [(end, State.EXPIRED) for end in _expiries(grant, terms)]
    superseded = superseded_at(grant.document, grant.version, terms.documents)
    if superseded is not None:
        ends.append((max(superseded, grant.at), State.INVALIDATED))
    ended = min((item for item in ends if item[0] <= at), default=None)
    return (ended[1], ended[0]) if ended else (State.GIVEN, None)


def _expiries(grant: Record, terms: Terms) -> list[datetime]:
    found = [] if grant.expires_at is None else [grant.expires_at]
    if terms.purpose.expires is not None:
        longest = terms.purpose.expires
        found.append(periods.add_to_instant(longest, to=grant.at, zone=terms.zone))
    return found


def superseded_at(
    document: str, version: str, documents: Iterable[DocumentVersion]
) -> datetime | None:
    """Return when a yes under a version stops counting, or None while nothing ends it.

    A later material version that requires a new yes ends it, once its grace is over.
    """
    held = [item for item in documents if item.slug == document]
    began = [item.effective_at for item in held if item.version == version]
    ends = [
        item.effective_at + timedelta(days=item.grace_days)
        for item in held
        if item.material and not item.draft and item.reconsent is Reconsent.REQUIRED
        if item.version != version and (not began or item.effective_at > max(began))
    ]
    return min(ends, default=None)
