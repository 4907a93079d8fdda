"""What a site may ask about people whom it reported: consents, suppressions, erasures."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from flask import Flask, Response

from privacy_engine.api import shapes
from privacy_engine.api.answers import json_answer, read_object, read_query
from privacy_engine.api.auth import Caller, Door
from privacy_engine.consent import receipts, suppression
from privacy_engine.consent import register as consents
from privacy_engine.consent.rules import Answer, State
from privacy_engine.errors import FieldError, InvalidInput, NotFound
from privacy_engine.identifiers import is_ulid
from privacy_engine.ingest import people
from privacy_engine.ingest.moments import parse_rfc3339
from privacy_engine.ingest.sites import Scope
from privacy_engine.log.event import Identifier, instant, parse_instant
from privacy_engine.transaction import Transaction
from privacy_engine.workflow.steps import holding

PAGE = 1_000
_MOST_CURSOR = 100_000_000


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    limits = door.engine.settings.limits

    @app.post("/v1/consents/check")
    @door.needs(Scope.CONSENTS_READ)
    def check_consents(caller: Caller) -> Response:
        body = shapes.load(shapes.ConsentCheck(), read_object(limits.event_bytes))
        return json_answer(_consents(caller, body))

    @app.post("/v1/suppressions/check")
    @door.needs(Scope.SUPPRESSIONS_READ)
    def check_suppressions(caller: Caller) -> Response:
        body = shapes.load(shapes.SuppressionCheck(), read_object(limits.batch_bytes))
        return json_answer(_suppressions(caller, body["subjects"]))

    @app.get("/v1/erasures")
    @door.needs(Scope.ERASURES_READ)
    def list_erasures(caller: Caller) -> Response:
        return json_answer(_erasures(caller, read_query("since", "cursor")))

    @app.get("/v1/receipts/<event_id>")
    @door.needs(Scope.RECEIPTS_READ)
    def get_receipt(caller: Caller, event_id: str) -> Response:
        return json_answer(_receipt(caller, event_id, read_query("format").get("format", "dpv")))


def _consents(caller: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    shapes.require_purposes(caller.world.content, body["purposes"])
    at = parse_instant(body["at"]) if "at" in body else None
    subjects = [body["subject"]]
    with caller.world.reading() as tx:
        persons = people.persons_of(tx, subjects, site=caller.site)
        listed = _listed(caller, tx, subjects, persons)
        found = consents.check(tx, persons[0], body["purposes"], at=at, suppressed=listed[0])
        others = people.beside(tx, subjects, site=caller.site, persons=persons)[0]
        found = dict(consents.still_beside(tx, found, others, at=at))
        if at is None and holding.sequestered(tx, persons):
            found = dict.fromkeys(found, Answer(permitted=False, state=State.SUSPENDED))
        return {
            "purposes": {code: _answer(item) for code, item in found.items()},
            "as_of": instant(at or tx.now),
        }


def _listed(
    caller: Caller,
    tx: Transaction,
    subjects: Sequence[tuple[Identifier, ...]],
    persons: Sequence[tuple[str, ...]],
) -> list[tuple[str, ...]]:
    """Return the codes of each subject: all of them for whom only a hold keeps from erasure."""
    listed = people.suppressed(tx, subjects, site=caller.site, persons=persons)
    kept = holding.sequestered(tx, persons)
    return [
        suppression.ACTIONS if kept & set(ids) else tuple(codes)
        for codes, ids in zip(listed, persons, strict=True)
    ]


def _answer(item: Answer) -> dict[str, Any]:
    return {
        "permitted": item.permitted,
        "state": str(item.state),
        "since": instant(item.since) if item.since else None,
        "document": item.document,
        "version": item.version,
        "event_id": item.event_id,
    }


def _suppressions(caller: Caller, subjects: list[tuple[Identifier, ...]]) -> dict[str, Any]:
    with caller.world.reading() as tx:
        persons = people.persons_of(tx, subjects, site=caller.site)
        listed = _listed(caller, tx, subjects, persons)
        others = people.beside(tx, subjects, site=caller.site, persons=persons)
        every = {*persons, *chain.from_iterable(others)}
        chosen = {ids: suppression.actions_of(tx, ids) for ids in every if ids}
        results = [
            {"index": index, "actions": _ordered({*codes, *_chosen(chosen, [ids, *more])})}
            for index, (codes, ids, more) in enumerate(zip(listed, persons, others, strict=True))
        ]
        return {"results": results, "as_of": instant(tx.now)}


def _chosen(
    chosen: Mapping[tuple[str, ...], Sequence[str]], named: Sequence[tuple[str, ...]]
) -> set[str]:
    return {code for ids in named for code in chosen.get(ids, ())}


def _ordered(actions: set[str]) -> list[str]:
    return [action for action in suppression.ACTIONS if action in actions]


def _erasures(caller: Caller, query: Mapping[str, str]) -> dict[str, Any]:
    try:
        since = parse_rfc3339(query.get("since", ""))
    except ValueError:
        detail = "must be an RFC 3339 instant, such as 2026-11-22T18:00:00Z"
        raise InvalidInput(f"since {detail}", errors=[FieldError("/since", detail)]) from None
    cursor = query.get("cursor", "0")
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(_MOST_CURSOR))):
        detail = "must be the `next` of the page before"
        raise InvalidInput(f"cursor {detail}", errors=[FieldError("/cursor", detail)])
    start = int(cursor)
    with caller.world.reading() as tx:
        found = people.erasures(tx, caller.site, since=since, start=start, limit=PAGE + 1)
        return {
            "erasures": [
                {
                    "kind": item.kind,
                    "hash": b64encode(item.hash).decode(),
                    "erased_at": instant(item.erased_at),
                }
                for item in found[:PAGE]
            ],
            "next": str(start + PAGE) if len(found) > PAGE else None,
            "key": b64encode(people.key_of(tx, caller.site)).decode(),
            "algorithm": people.HASHED,
            "as_of": instant(tx.now),
        }


def _receipt(caller: Caller, event_id: str, style: str) -> Mapping[str, Any]:
    known = ", ".join(receipts.Format)
    if style not in set(receipts.Format):
        raise InvalidInput(
            f"format is one of {known}", errors=[FieldError("/format", f"one of {known}")]
        )
    if not is_ulid(event_id):
        raise NotFound("there is no consent with this id")
    with caller.world.reading() as tx:
        event = tx.event(event_id)
        theirs = event.site == caller.site
        if not theirs and event.subject_id is not None:
            theirs = caller.site in tx.vault.sites_of(tx.person(event.subject_id))
        if not theirs:
            raise NotFound("there is no consent with this id")
        return receipts.receipt(tx, event_id, receipts.Format(style))
