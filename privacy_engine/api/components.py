"""The shapes that several answers of the API share, for its description."""

from collections.abc import Mapping

from privacy_engine.api.schemas import (
    ANYTHING,
    DAY,
    FLAG,
    INSTANT,
    TEXT,
    WHOLE,
    WHOLE_RANGE,
    Json,
    many,
    maybe,
    record,
    ref,
)

_WINDOW: Json = {
    "oneOf": [
        {"const": "all"},
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {"from": DAY, "to": DAY},
        },
    ]
}

COMPONENTS: Mapping[str, Json] = {
    "Window": _WINDOW,
    "PlainValue": {
        "description": "Any JSON without fractions.",
        "anyOf": [
            TEXT,
            WHOLE | WHOLE_RANGE,
            FLAG,
            {"type": "null"},
            many(ref("PlainValue")),
            ref("PlainObject"),
        ],
    },
    "PlainObject": {
        "type": "object",
        "propertyNames": {"pattern": r"^[\u0000-\u007f]*$"},
        "additionalProperties": ref("PlainValue"),
    },
    "Problem": record(type=TEXT, title=TEXT, status=WHOLE, detail=TEXT, instance=TEXT)
    | {"description": "RFC 9457; `type` ends in a slug that /errors explains."},
    "Receipt": record(
        event_id=TEXT,
        source=TEXT,
        id=TEXT,
        type=TEXT,
        recorded_at=INSTANT,
        leaf_hash=TEXT | {"description": "base64 of 32 bytes: the Merkle leaf hash"},
        position=maybe(WHOLE),
        proof_url=TEXT,
    ),
    "Stored": record(receipt=ref("Receipt")),
    "BatchResult": record(
        accepted=WHOLE,
        duplicates=WHOLE,
        rejected=WHOLE,
        items=many(
            {
                "type": "object",
                "required": ["index", "status"],
                "properties": {
                    "index": WHOLE,
                    "status": WHOLE,
                    "receipt": ref("Receipt"),
                    "problem": ref("Problem"),
                },
            }
        ),
    ),
    "Clock": record(duty=TEXT, legal_due_on=DAY, strict_due_on=DAY, citation=TEXT),
    "Request": record(
        reference=TEXT,
        state={
            "type": "string",
            "enum": [
                "open",
                "in_progress",
                "fulfilled",
                "partially_fulfilled",
                "denied",
                "revoked",
                "expired",
            ],
        },
        right=TEXT,
        jurisdiction=TEXT,
        received_at=INSTANT,
        clocks=many(ref("Clock")),
        status_url=TEXT,
        receipt=ref("Receipt"),
    ),
    "Verification": record(
        state={"enum": ["not_needed", "awaited", "verified"]},
        tier=TEXT,
        at=maybe(INSTANT),
        lacking=many(TEXT),
    ),
    "RequestProgress": {
        "allOf": [
            ref("Request"),
            record(
                verification=ref("Verification"),
                next_step=maybe(record(step=TEXT, title=TEXT, waits_for=TEXT)),
                steps=many(record(step=TEXT, title=TEXT, progress=maybe(TEXT))),
                systems=many(
                    record(
                        system=TEXT,
                        found=maybe(WHOLE),
                        removed=maybe(WHOLE),
                        retained=many(ANYTHING),
                        verdict=maybe(TEXT),
                    )
                ),
                documents=many(record(kind=TEXT, name=maybe(TEXT), at=INSTANT)),
                history=many(record(event_id=TEXT, type=TEXT, at=INSTANT)),
            ),
        ]
    },
    "ConsentAnswers": record(
        purposes={
            "type": "object",
            "additionalProperties": record(
                permitted=FLAG,
                state=TEXT,
                since=maybe(INSTANT),
                document=maybe(TEXT),
                version=maybe(TEXT),
                event_id=maybe(TEXT),
            ),
        },
        as_of=INSTANT,
    ),
    "SuppressionAnswers": record(
        results=many(record(index=WHOLE, actions=many(TEXT))), as_of=INSTANT
    ),
    "Erasures": record(
        erasures=many(record(kind=TEXT, hash=TEXT, erased_at=INSTANT)),
        next=maybe(TEXT),
        key=TEXT,
        algorithm=TEXT,
        as_of=INSTANT,
    ),
    "VersionHead": record(
        version=TEXT,
        language=TEXT,
        title=TEXT,
        sha256=TEXT,
        effective_on=DAY,
        effective_at=INSTANT,
        supersedes=maybe(TEXT),
        material=FLAG,
    ),
    "Document": record(
        slug=TEXT, kind=TEXT, in_force=maybe(TEXT), versions=many(ref("VersionHead"))
    ),
}
