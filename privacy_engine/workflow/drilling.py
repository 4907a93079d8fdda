"""Runs drills: plants invented people, asks for them as for anybody, and judges what came of it.

A crash after the planting and before the drill is recorded leaves rows of nobody; the next try
has the same name, and so the same people, and plants nothing twice.
"""

from collections.abc import Mapping

from privacy_engine import clock, keys
from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.config import Settings
from privacy_engine.connectors import drill_rules, drills, health
from privacy_engine.connectors.drill_rules import Answer, Exercise, Judgement, Outcome, Seen
from privacy_engine.connectors.drills import Drill, ExerciseState
from privacy_engine.connectors.opening import open_connector
from privacy_engine.connectors.protocol import DeleteOrder
from privacy_engine.connectors.sentinels import Plants, Sentinel, Uproots
from privacy_engine.consent import suppression
from privacy_engine.errors import EngineError, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.keys import KeyRing
from privacy_engine.log.event import DRILL_SITE, Identifier, Trust
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register as requests
from privacy_engine.rights import verification
from privacy_engine.rights.actions import Intake
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import register
from privacy_engine.workflow.machine import SETTLED
from privacy_engine.workflow.steps.asking import searched_systems

_EVIDENCE = (verification.ADDRESS, verification.MAILBOX, "name", "phone")
START, LOOK, CLEAR = "drills.start", "drills.look", "drills.clear"
_REQUESTS = {
    Exercise.KNOW: "know:specific",
    Exercise.OPT_OUT: "opt_out",
    Exercise.DELETE: "delete",
}
_PERSON_OF = {
    Exercise.KNOW: "first",
    Exercise.OPT_OUT: "first",
    Exercise.DELETE: "second",
    Exercise.UNDER_13: "third",
}
_WHY_NOT = {
    ConnectorKind.SQL: "the data map does not say how somebody is planted there",
    ConnectorKind.WEBHOOK: "nobody can be planted there; it is only asked about the invented",
    ConnectorKind.OPENDSR: "nobody can be planted there, and it takes days to answer",
    ConnectorKind.MAILBOX: "the data map does not say how somebody is planted there",
    ConnectorKind.FILES: "the data map does not say how somebody is planted there",
    ConnectorKind.MANUAL: "done by hand",
}
_NUMBERS_FROM = 900_000_000


def start(engine: Transactions, *, drill: str = "") -> str:
    """Begin a drill, that of this month unless it is named; return its name.

    Nothing begins while another one runs, or where no system says how a person is planted. That of
    this month waits for a day on which every such system passes its test: until then the failed
    test is what somebody must look at.

    Raises:
        Conflict: a system refused an invented person.
        Unavailable: a system cannot be reached.
    """
    name = drill or f"D-{clock.now().astimezone(engine.settings.zone):%Y-%m}"
    with engine.reading() as tx:
        known = drills.get(tx.session, name)
        busy = drills.running(tx.session)
    if known is not None or busy or (not drill and _out_of_reach(engine)):
        return name
    planted, left_out = _plant(engine, name)
    if planted:
        engine.run(lambda tx: _begin(tx, name, planted=planted, left_out=left_out))
    return name


def _out_of_reach(engine: Transactions) -> bool:
    planted = [item.code for item in searched_systems(engine) if item.sentinel]
    return any(health.test_one(engine, code).outcome == "fault" for code in planted)


def sentinel(ring: KeyRing, settings: Settings, drill: str, *, exercise: Exercise) -> Sentinel:
    """Return the invented person of an exercise: the same whenever it is asked."""
    secret = keys.derive(ring.secret("suppression-pepper"), label="drills")
    digest = keys.mac(secret, f"{drill}/{_PERSON_OF[exercise]}".encode())
    name, number = digest.hex()[:8], _NUMBERS_FROM + int.from_bytes(digest[:4]) % 99_999_999
    local, _, domain = settings.controller.email.partition("@")
    return Sentinel(
        email=f"{local.partition('+')[0]}+sentinel-{name}@{domain or 'example.org'}",
        name=f"Sentinel {name}",
        phone=f"+1 555 {number % 10_000_000:07d}",
        device=f"sentinel-{name}",
        number=number,
        on=clock.now().astimezone(settings.zone).date(),
    )


def _plant(engine: Transactions, drill: str) -> tuple[dict[str, int], dict[str, str]]:
    """Plant the people of a drill; return rows by system, and why nobody is planted elsewhere."""
    planted: dict[str, int] = {}
    left_out: dict[str, str] = {}
    people = [sentinel(engine.ring, engine.settings, drill, exercise=item) for item in _distinct()]
    for system in searched_systems(engine):
        connector = None if not system.sentinel else _opened(engine, system)
        if not isinstance(connector, Plants):
            left_out[system.code] = _WHY_NOT[system.connector]
            continue
        planted[system.code] = min(connector.plant(person) for person in people)
    return planted, left_out


def _distinct() -> list[Exercise]:
    return list({_PERSON_OF[item]: item for item in Exercise}.values())


def _opened(engine: Transactions, system: System) -> object:
    settings = engine.settings
    return open_connector(system, root=settings.root, settings=settings.addresses)


def _begin(
    tx: Transaction, drill: str, *, planted: Mapping[str, int], left_out: Mapping[str, str]
) -> None:
    if drills.get(tx.session, drill) is not None:
        return
    cases = {str(exercise): _ask(tx, drill, exercise) for exercise in Exercise}
    tx.append(
        "drill.started",
        {"drill": drill, "planted": planted, "left_out": left_out, "exercises": cases},
    )


def _ask(tx: Transaction, drill: str, exercise: Exercise) -> str:
    """Let an invented person ask, or be noticed as a child; return the case."""
    person = sentinel(tx.world.ring, tx.settings, drill, exercise=exercise)
    who = (Identifier("email", person.email), Identifier("account", str(person.number)))
    if exercise is Exercise.UNDER_13:
        data = {"kind": "age", "value": 9, "method": "drill"}
        event = tx.append(
            "age_signal.received", data, subject=who, site=DRILL_SITE, trust=Trust.SERVER
        )
        found = child_cases.open_case_of(tx.session, tx.person(event.subject_id or ""))
        case = str(found)
        children.confirm(tx, case, reason="A drill: the child is invented.")
        return case
    intake = Intake(_REQUESTS[exercise], who, channel="api", site=DRILL_SITE, trust=Trust.SERVER)
    request = rights.receive(tx, intake)
    if exercise is not Exercise.OPT_OUT:
        _be_verified(tx, request.reference)
        rights.decide(tx, request.reference, outcome="fulfil")
    return request.reference


def _be_verified(tx: Transaction, reference: str) -> None:
    """Give the evidence that an invented person would: they read their mail and sign."""
    found = rights.give_evidence(tx, reference, _EVIDENCE, method="drill")
    if verification.DECLARATION in found.lacking:
        rights.declare(
            tx,
            reference,
            wording=verification.DECLARATIONS["en"],
            signature="A drill",
            language="en",
        )


def look(engine: Transactions) -> None:
    """Judge what runs, end what is over, and order that its people are taken out."""
    with engine.reading() as tx:
        open_ = drills.running(tx.session)
    for drill in open_:
        engine.run(lambda tx, drill=drill: _judge_all(tx, drill))  # type: ignore[misc]


def _judge_all(tx: Transaction, drill: Drill) -> None:
    outcomes: list[Outcome] = []
    for item in drill.exercises:
        if item.outcome is not Outcome.RUNNING:
            outcomes.append(item.outcome)
            continue
        found = _judge(tx, drill, item)
        outcomes.append(found.outcome)
        if found.outcome is not Outcome.RUNNING:
            findings = [{"system": system, "what": what} for system, what in found.findings]
            data = {"drill": drill.drill, "exercise": str(item.exercise)}
            data |= {"outcome": str(found.outcome)}
            tx.append("drill.exercise_ended", {**data, "findings": findings})
    whole = drill_rules.of_all(outcomes)
    if whole is not Outcome.RUNNING:
        tx.append("drill.ended", {"drill": drill.drill, "outcome": str(whole)})
        # A crash from here on, or a system that is away, leaves an order that is tried again.
        tx.order(CLEAR, name=f"drill-clear:{drill.drill}", drill=drill.drill)


def _judge(tx: Transaction, drill: Drill, item: ExerciseState) -> Judgement:
    board = register.board(tx.session, item.case)
    person = sentinel(tx.world.ring, tx.settings, drill.drill, exercise=item.exercise)
    who = (Identifier("email", person.email),)
    seen = Seen(
        exercise=item.exercise,
        planted=drill.planted,
        answers={row.system: Answer(row.found, row.verdict, row.message) for row in board},
        awaited=_awaited(tx, item.case),
        is_over=_is_over(tx, item),
        holds="do_not_sell" in suppression.check(tx, [who], site=DRILL_SITE)[0],
        since=drill.started_at,
    )
    return drill_rules.judge(seen, now=tx.now)


def _awaited(tx: Transaction, case: str) -> frozenset[str]:
    run = register.run(tx.session, case)
    open_ = [step for step in run.steps.values() if step.progress not in SETTLED] if run else []
    return frozenset(code for step in open_ for code in step.detail.get("waiting_for", ()))


def _is_over(tx: Transaction, item: ExerciseState) -> bool:
    """Return whether a case is answered and its report made; later searches may still come."""
    if item.exercise is Exercise.UNDER_13:
        run = register.run(tx.session, item.case)
        return run is not None and run.ended_at is not None
    return requests.get(tx.session, item.case).ended


def clear(engine: Transactions, *, drill: str) -> None:
    """Delete whatever is left of the invented people of a drill.

    Those of a deletion that passed are gone, but for rows that the map keeps or changes. A system
    that was taken out of the map since cannot be asked.

    Raises:
        Unavailable: a system does not give its invented people back yet.
    """
    with engine.reading() as tx:
        found = drills.get(tx.session, drill)
    known = {item.code for item in engine.content.systems}
    for code in known.intersection(found.planted if found else ()):
        _take_out(engine, drill, code)


def _take_out(engine: Transactions, drill: str, code: str) -> None:
    hash_key = keys.derive(engine.ring.secret("suppression-pepper"), label="keyed-hash")
    order = DeleteOrder(clock.now().astimezone(engine.settings.zone).date(), hash_key)
    try:
        settings = engine.settings
        system = engine.content.system(code)
        connector = open_connector(system, root=settings.root, settings=settings.addresses)
        for exercise in _distinct():
            person = sentinel(engine.ring, engine.settings, drill, exercise=exercise)
            connector.delete(person.identifiers, order)
            if isinstance(connector, Uproots):
                connector.uproot(person)
    except EngineError as error:
        raise Unavailable(f"{code} keeps invented people: {error.detail}") from None
