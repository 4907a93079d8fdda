"""Compares, every night, whom the systems hold with the hashes of those who were erased.

Nobody but the system itself knows who they are: the identifiers are hashed as they come by, and
forgotten. Somebody whom a site has reported since their erasure has come back by themselves and
is left alone; all others came with a restore or an import, and an officer has them deleted again.
"""

from collections.abc import Iterator, Sequence

from privacy_engine import clock, keys
from privacy_engine.connectors import reimports
from privacy_engine.connectors.opening import open_connector
from privacy_engine.connectors.protocol import (
    Connector,
    DeleteOrder,
    Lists,
    SearchedTwice,
    Verdict,
    verdict,
)
from privacy_engine.errors import Conflict, EngineError, InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.log import journal, store
from privacy_engine.log.event import Identifier
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import came_back
from privacy_engine.workflow.case import for_connectors
from privacy_engine.workflow.steps.asking import searched_systems

LOOK, DELETE = "reimports.look", "reimports.delete"
_PAGE = 1_000
_MOST_DELETED = 10_000
_STAYS_GONE = "do_not_reimport"
_NAMES_NOBODY = frozenset({ConnectorKind.MANUAL, ConnectorKind.OPENDSR, ConnectorKind.WEBHOOK})


def look(engine: Transactions) -> None:
    """Compare every system that can name whom it holds; one that fails stops no other.

    Before anybody was erased nobody can have come back, and no system is asked.

    Raises:
        Conflict: naming the systems that could not be compared; the others were.
    """
    with engine.reading() as tx:
        if not store.suppresses_anybody(tx.session, action=_STAYS_GONE):
            return
    failed = []
    for system in searched_systems(engine):
        try:
            _compare(engine, system)
        except EngineError:
            failed.append(system.code)
    if failed:
        raise Conflict(f"could not compare {', '.join(failed)}")


def _compare(engine: Transactions, system: System) -> None:
    if system.connector in _NAMES_NOBODY or not system.searchable:
        return
    connector = _opened(engine, system)
    if not isinstance(connector, Lists):
        return
    compared = 0
    people: dict[tuple[str, str], bool] = {}
    for count, found in _erased(engine, connector):
        compared += count
        people.update(found)
    known_again = sum(people.values())
    back = len(people) - known_again
    cases = _cases_of(engine, [item for item, known in people.items() if not known])

    def work(tx: Transaction) -> None:
        counts = {"compared": compared, "back": back, "known_again": known_again}
        told = []
        if reimports.keep(tx, system.code, **counts):
            told = [tx.append("reimport.found", {"system": system.code, **counts}).event_id]
        came_back.order_mail(tx, told + _note_cases(tx, system.code, cases))

    engine.run(work)


def _cases_of(engine: Transactions, people: Sequence[tuple[str, str]]) -> list[str]:
    """Return the cases in which people were erased, by the hashes in the journal."""
    if not people:
        return []
    ring = engine.ring
    wanted = store.suppression_hashes(ring, [Identifier(*item) for item in people])
    return sorted(
        {
            line.case_id
            for line in journal.read(journal.erasures_path(ring))
            if any(one.hash in wanted and one.action == _STAYS_GONE for one in line.suppressed)
        }
    )


def _note_cases(tx: Transaction, system: str, cases: Sequence[str]) -> list[str]:
    """Open the cases of whoever is back, and close those of whoever is not; return the events."""
    for case in came_back.reopened(tx):
        if case not in cases:
            _gone_from(tx, case, system)
    found_by = came_back.COMPARISON
    opened = [came_back.note(tx, case, systems=[system], found_by=found_by) for case in cases]
    return [event for events in opened for event in events]


def _gone_from(tx: Transaction, case: str, system: str) -> None:
    """Close what a comparison found; what a search found by more names, the search closes."""
    found = came_back.open_systems(tx.events_of_case(case))
    if found.get(system) == came_back.COMPARISON:
        came_back.gone(tx, case, systems=[system])


def delete(engine: Transactions, *, system: str) -> None:
    """Delete again whoever was erased and is back in a system, and search for each of them again.

    Raises:
        Conflict: the system refused, or somebody is still found there.
        Unavailable: it does not answer.
    """
    declared = engine.content.system(system)
    connector = _opened(engine, declared)
    if not isinstance(connector, Lists):
        raise Conflict(f"{declared.title} cannot name whom it holds")
    gone = {item for _, found in _erased(engine, connector) for item, known in found if not known}
    words = [_delete_one(engine, connector, item) for item in sorted(gone)[:_MOST_DELETED]]
    left = sum(word is not Verdict.ERASED for word in words)
    data = {"system": system, "people": len(words), "left": left}
    engine.run(lambda tx: tx.append("reimport.deleted", data))
    _compare(engine, declared)
    if left:
        raise Conflict(f"{left} of {len(words)} are still found in {declared.title}")


def _delete_one(engine: Transactions, connector: Connector, item: tuple[str, str]) -> Verdict:
    who = for_connectors([Identifier(*item)])
    hash_key = keys.derive(engine.ring.secret("suppression-pepper"), label="keyed-hash")
    order = DeleteOrder(clock.now().astimezone(engine.settings.zone).date(), hash_key)
    before = connector.locate(who).by_table
    done = connector.delete(who, order)
    counts = SearchedTwice(
        before=before,
        removed={row.table: row.count for row in done.removed},
        retained={row.table: row.count for row in done.retained},
        after=connector.locate(who).by_table,
    )
    return verdict(counts, searchable=True)


_Found = Sequence[tuple[tuple[str, str], bool]]


def _erased(engine: Transactions, connector: Lists) -> Iterator[tuple[int, _Found]]:
    """Yield, page by page, how many identifiers were compared and which of them were erased.

    Beside each stands whether a site has reported its person since.
    """
    page: list[tuple[str, str]] = []
    for item in connector.listed():
        page.append(item)
        if len(page) == _PAGE:
            yield len(page), _of_erased(engine, page)
            page = []
    yield len(page), _of_erased(engine, page)


def _of_erased(engine: Transactions, page: Sequence[tuple[str, str]]) -> _Found:
    with engine.reading() as tx:
        people = [Identifier(kind, value) for kind, value in page]
        hashed = store.suppressing(tx.session, tx.world.ring, people, action=_STAYS_GONE)
        return [
            (item, _is_known(tx, item))
            for item, erased in zip(page, hashed, strict=True)
            if erased
        ]


def _is_known(tx: Transaction, item: tuple[str, str]) -> bool:
    try:
        return tx.find_subject([Identifier(*item)], site="engine") is not None
    except InvalidInput:
        return False


def _opened(engine: Transactions, system: System) -> Connector:
    settings = engine.settings
    return open_connector(system, root=settings.root, settings=settings.addresses)
