"""Receipts against the published term lists and schema, and checked as a stranger would."""

import csv
import hmac
import json
import os
import re
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from privacy_engine.consent import suppression
from privacy_engine.consent.actions import Choice, give, refuse, spread_refusal, unsubscribe
from privacy_engine.consent.receipts import Format, receipt
from privacy_engine.consent.register import REGISTER
from privacy_engine.engine import Engine
from privacy_engine.errors import NotFound
from privacy_engine.log import merkle, proof
from privacy_engine.log.checkpoint import parse_unverified
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from tests.engines import REPOSITORY
from tests.functional.registers.rebuilding import at, wire

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
MAYA = Identifier("email", "maya.tallow@example.org")
VECTORS = Path(os.getenv("PRIVACY_ENGINE_VECTORS") or REPOSITORY.parent / "shared" / "vectors")
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="no published vectors here")


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    """An engine that keeps the ledger, with Maya known to it."""
    wire(engine, REGISTER, {"signal.received": spread_refusal})
    with at(engine, NOON) as tx:
        data = {"system": "listing-database", "series": "client-accounts"}
        tx.append("record.collected", data, subject=[MAYA], site="listing-site")
    return engine


def chosen(engine: Engine, *, yes: bool = True) -> str:
    with at(engine, NOON) as tx:
        subject_id = tx.find_subject([MAYA], site="listing-site") or ""
        wording = "Yes, send me the monthly newsletter."
        verb = give if yes else refuse
        return verb(tx, subject_id, Choice("newsletter", wording=wording)).event_id


def written(engine: Engine, event_id: str, style: Format = Format.DPV) -> dict[str, Any]:
    with at(engine, NOON + timedelta(days=1)) as tx:
        return dict(receipt(tx, event_id, style))


@needs_vectors
@pytest.mark.parametrize("yes", [True, False])
def test_every_dpv_term_is_a_published_one(ledger: Engine, *, yes: bool) -> None:
    published: set[str] = set()
    for path in VECTORS.glob("dpv/2.3/dpv/modules/*.csv"):
        with path.open(newline="") as file:
            published |= {row["term"] for row in csv.DictReader(file)}
    text = json.dumps(written(ledger, chosen(ledger, yes=yes)))
    used = set(re.findall(r'"dpv:(\w+)"', text))
    assert {"hasPurpose", "DirectMarketing"} <= used <= published


@needs_vectors
@pytest.mark.parametrize("yes", [True, False])
def test_the_kantara_receipt_fits_its_schema(ledger: Engine, *, yes: bool) -> None:
    schema = json.loads((VECTORS / "kantara" / "cr-v1_1-schema.stripped.json").read_text())
    jsonschema.Draft4Validator(schema).validate(
        written(ledger, chosen(ledger, yes=yes), Format.KANTARA)
    )


def test_a_receipt_says_what_was_agreed_to_and_names_nobody(ledger: Engine) -> None:
    found = written(ledger, chosen(ledger))
    assert found["dpv:hasPurpose"]["dct:identifier"] == "newsletter"
    assert found["events"][0]["wording"] == "Yes, send me the monthly newsletter."
    assert found["notice"]["dct:identifier"] == "privacy-statement/2021-11-04"
    assert "maya" not in json.dumps(found)


def test_a_stranger_can_check_a_receipt(ledger: Engine) -> None:
    event_id = chosen(ledger)
    assert written(ledger, event_id)["proof"]["tlog_proof"] is None
    ledger.sequence()
    held = written(ledger, event_id)["proof"]
    leaf = held["leaf"].encode()
    commitment = hmac.digest(b64decode(held["salt"]), held["part"].encode(), "sha256")
    committed = json.loads(leaf)["c"][held["commitment"]]
    assert committed == urlsafe_b64encode(commitment).rstrip(b"=").decode()
    placed = proof.parse(held["tlog_proof"].encode())
    head = parse_unverified(placed.checkpoint)[0]
    digest = sha256(b"\x00" + leaf).digest()
    merkle.verify_inclusion(placed.index, head.size, digest, proof=placed.hashes, root=head.root)


def test_no_receipt_outlives_its_proof(ledger: Engine) -> None:
    event_id = chosen(ledger)
    with at(ledger, NOON) as tx:
        subject_ids = tx.person(tx.find_subject([MAYA], site="listing-site") or "")
        order = Order(subject_ids, "R-2345-6789", tx.now, keep_proofs=False)
        tx.erase(order, ground="16 CFR 312.10")
    with pytest.raises(NotFound):
        written(ledger, event_id)


def test_what_must_not_be_done_is_said_without_the_reason(ledger: Engine) -> None:
    strangers = ((Identifier("email", "nobody@example.org"),), (MAYA,))

    def codes() -> tuple[tuple[str, ...], ...]:
        with ledger.reading() as tx:
            return suppression.check(tx, strangers, site="listing-site")

    assert codes() == ((), ())
    with at(ledger, NOON) as tx:
        subject_id = tx.find_subject([MAYA], site="listing-site") or ""
        unsubscribe(tx, subject_id)
        refuse(tx, subject_id, Choice("sale-sharing"))
    assert codes() == ((), ("do_not_contact", "do_not_sell", "do_not_share"))
    with at(ledger, NOON) as tx:
        keep = (*suppression.actions_of(tx, (subject_id,)), "do_not_reimport")
        tx.erase(Order((subject_id,), "R-2345-6789", tx.now, actions=keep), ground="erased")
    assert codes() == ((), suppression.ACTIONS)
