"""Consent receipts that a person can keep and check: DPV (ISO/IEC TS 27560) and Kantara 1.1."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from privacy_engine import keys
from privacy_engine.errors import NotFound
from privacy_engine.instance.model import Purpose, RetentionRow
from privacy_engine.instance.terms import PurposeRule
from privacy_engine.log import sealing, sequencer
from privacy_engine.log.event import Event, Scope, encode, instant
from privacy_engine.log.proof import LogProof
from privacy_engine.log.tables import LogEventRow, SealedPartRow
from privacy_engine.transaction import Transaction

RECEIPT_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#receipt"
_DPV = "https://w3id.org/dpv#"
_ACTORS = {"self": "principal", "parent": "parent or guardian", "agent": "agent"}
_STATES = {
    "consent.given": "dpv:ConsentGiven",
    "consent.refused": "dpv:ConsentRefused",
    "consent.withdrawn": "dpv:ConsentWithdrawn",
}
# Only terms of the published lists bear the prefix; the rest are named by their full addresses.
_CONTEXT: Mapping[str, Any] = {
    "dpv": _DPV,
    "dct": "http://purl.org/dc/terms/",
    "ConsentReceipt": f"{_DPV}ConsentReceipt",
    "principal": f"{_DPV}hasDataSubject",
    "controllers": f"{_DPV}hasDataController",
    "notice": f"{_DPV}hasNotice",
    "personal_data": f"{_DPV}hasPersonalData",
    "recipients": f"{_DPV}hasRecipient",
    "storage": f"{_DPV}hasStorageCondition",
    "jurisdiction": f"{_DPV}hasJurisdiction",
    "consent_type": {"@id": f"{_DPV}hasConsentType", "@type": "@id"},
    "state": {"@id": f"{_DPV}hasConsentStatus", "@type": "@id"},
    "events": f"{_DPV}hasConsentStatusHistory",
    "time": f"{_DPV}isIndicatedAtTime",
    "entity": f"{_DPV}isIndicatedBy",
    "withdrawal": f"{_DPV}isExercisedAt",
}


class Format(StrEnum):
    """How a receipt is written."""

    DPV = "dpv"
    KANTARA = "kantara-1.1"


@dataclass(frozen=True)
class _Subject:
    """What one receipt is about: the event, its purpose, and where that purpose's data lie."""

    event: Event
    purpose: Purpose
    rows: tuple[RetentionRow, ...]
    proof: Mapping[str, Any]
    principal: str

    @property
    def categories(self) -> list[str]:
        return sorted({letter for row in self.rows for letter in row.categories})


def receipt(tx: Transaction, event_id: str, style: Format = Format.DPV) -> Mapping[str, Any]:
    """Return the receipt of one choice, as JSON values.

    Its `proof` holds the sealed part, its salt, the log entry that commits to both, and, once
    the event has a position, the proof that the entry is in the log.

    Raises:
        NotFound: no such choice, or its proof reached the end of its time.

    Source: ISO/IEC TS 27560:2023 by the DPV guide; Kantara Consent Receipt 1.1.
    """
    event = tx.event(event_id)
    if event.kind not in _STATES or "purpose" not in event.data:
        raise NotFound("there is no consent with this id")
    purpose = tx.content.purpose(str(event.data["purpose"]))
    rows = tuple(row for row in tx.content.retention if purpose.code in row.purposes)
    proof = _proof(tx, event_id)
    principal = keys.sha256(b"principal:" + proof["leaf"].encode()).hex()[:32]
    subject = _Subject(event, purpose, rows, proof, principal)
    return _kantara(tx, subject) if style is Format.KANTARA else _dpv(tx, subject)


def _proof(tx: Transaction, event_id: str) -> Mapping[str, Any]:
    """Return what lets a stranger check that this choice was logged as it is shown.

    1. HMAC-SHA256 of `part` under `salt` is the entry's commitment number `commitment`.
    2. The leaf hash of `leaf`, with `tlog_proof`, leads to a signed checkpoint.
    """
    row = tx.session.get_one(LogEventRow, event_id)
    part = tx.session.get(SealedPartRow, (event_id, str(Scope.PROOF)))
    key = tx.vault.key(part.key_id) if part else None
    if part is None or key is None:
        raise NotFound("the proof of this consent reached the end of its time")
    salt, body = sealing.open_part(key, part, row.leaf_hash)
    entry = orjson.loads(row.leaf)
    commitment = keys.mac(salt, body)
    return {
        "leaf": row.leaf.decode(),
        "leaf_hash": b64encode(row.leaf_hash).decode(),
        "commitment": entry["c"].index(encode(commitment)),
        "part": body.decode(),
        "salt": b64encode(salt).decode(),
        "tlog_proof": _tlog_proof(tx, event_id),
    }


def _tlog_proof(tx: Transaction, event_id: str) -> str | None:
    placed = sequencer.place(tx.session, event_id)
    if placed is None:
        return None
    proof = LogProof(placed.position, placed.proof, tx.head().note.encode())
    return bytes(proof).decode()


def _dpv(tx: Transaction, subject: _Subject) -> Mapping[str, Any]:
    event, data = subject.event, subject.event.data
    body: dict[str, Any] = {
        "@context": dict(_CONTEXT),
        "@type": "ConsentReceipt",
        "@id": f"{tx.settings.instance.public_url}/v1/receipts/{event.event_id}",
        "dct:conformsTo": RECEIPT_SCHEMA,
        "dct:identifier": event.event_id,
        "dct:issued": instant(tx.now),
        "dct:language": data.get("language", tx.settings.instance.language),
        "principal": subject.principal,
        "jurisdiction": tx.settings.instance.jurisdiction,
        "controllers": [_controller(tx)],
        "notice": _notice(tx, event),
        "dpv:hasPurpose": {
            "@type": _purpose_term(subject.purpose),
            "dct:identifier": subject.purpose.code,
            "dct:title": subject.purpose.title,
            "dct:description": subject.purpose.description,
        },
        "personal_data": subject.categories,
        "storage": [
            {
                "dct:identifier": row.series,
                "systems": list(row.systems),
                "duration": str(row.period),
            }
            for row in subject.rows
        ],
        "recipients": _recipients(tx, subject),
        "withdrawal": f"{tx.settings.instance.public_url}/preferences",
        "events": [_event(event)],
        "proof": dict(subject.proof),
    }
    if event.kind == "consent.given":
        body["consent_type"] = "dpv:ExpressedConsent"
    return body


def _event(event: Event) -> dict[str, Any]:
    said = {name: event.data[name] for name in ("wording", "service") if name in event.data}
    return said | {
        "state": _STATES[event.kind],
        "time": instant(event.occurred_at),
        "recorded": instant(event.recorded_at),
        "validity": event.data.get("expires_at"),
        "method": event.data["method"],
        "entity": _ACTORS.get(str(event.data.get("actor", "self")), "principal"),
    }


def _controller(tx: Transaction) -> dict[str, str]:
    controller = tx.settings.controller
    return {
        "name": controller.name or tx.settings.instance.name,
        "address": controller.address,
        "email": controller.email,
        "contact": controller.officer_title,
    }


def _notice(tx: Transaction, event: Event) -> dict[str, str]:
    slug, version = str(event.data["document"]), str(event.data["version"])
    shown = tx.content.document(slug, version, event.data.get("language"))
    return {
        "dct:title": shown.title,
        "dct:identifier": f"{slug}/{version}",
        "dct:source": f"{tx.settings.instance.public_url}/policies/{slug}/{version}",
        "sha256": shown.sha256,
    }


def _purpose_term(purpose: Purpose) -> str:
    marks = (
        (purpose.sale, "dpv:SellDataToThirdParties"),
        (purpose.sharing, "dpv:TargetedAdvertising"),
        (purpose.marketing, "dpv:DirectMarketing"),
        (purpose.rule is PurposeRule.NOTICE, "dpv:RequestedServiceProvision"),
    )
    return next((term for holds, term in marks if holds), "dpv:Purpose")


def _recipients(tx: Transaction, subject: _Subject) -> list[str]:
    systems = {code for row in subject.rows for code in row.systems}
    codes = {
        code for item in tx.content.systems if item.code in systems for code in item.recipients
    }
    return [tx.content.recipient(code).title for code in sorted(codes)]


def _kantara(tx: Transaction, subject: _Subject) -> Mapping[str, Any]:
    event, purpose = subject.event, subject.purpose
    controller = _controller(tx)
    recipients = _recipients(tx, subject)
    given = event.kind == "consent.given"
    named: dict[str, Any] = {"thirdPartyDisclosure": bool(recipients)}
    if recipients:
        named["thirdPartyName"] = "; ".join(recipients)
    return {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": tx.settings.instance.jurisdiction.upper(),
        "consentTimestamp": int(event.occurred_at.timestamp()),
        "collectionMethod": event.data["method"],
        "consentReceiptID": event.event_id,
        "language": event.data.get("language", tx.settings.instance.language),
        "piiPrincipalId": subject.principal,
        "piiControllers": [
            {
                "piiController": controller["name"],
                "contact": controller["contact"],
                "address": {"streetAddress": controller["address"]},
                "email": controller["email"],
                "phone": "",
                "piiControllerUrl": tx.settings.instance.public_url,
            }
        ],
        "policyUrl": _notice(tx, event)["dct:source"],
        "services": [
            {
                "service": event.data.get("service") or purpose.service or purpose.title,
                "purposes": [
                    {
                        "purpose": purpose.title,
                        "consentType": "EXPLICIT" if given else _STATES[event.kind].upper()[11:],
                        "purposeCategory": [purpose.code],
                        "piiCategory": subject.categories,
                        "primaryPurpose": purpose.rule is PurposeRule.NOTICE,
                        "termination": _termination(event),
                        **named,
                    }
                ],
            }
        ],
        "sensitive": purpose.sensitive or "L" in subject.categories,
        "spiCat": ["L"] if "L" in subject.categories else [],
        "proof": dict(subject.proof),
    }


def _termination(event: Event) -> str:
    return str(event.data.get("expires_at") or "until withdrawn")
