"""What every route does, takes and gives, for the API description."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from privacy_engine.api.schemas import (
    ANYTHING,
    INSTANT,
    TEXT,
    WHOLE,
    Json,
    many,
    record,
    ref,
)
from privacy_engine.ingest.fields import YEARS
from privacy_engine.ingest.sites import Scope


@dataclass(frozen=True)
class Operation:
    """One route and method.

    Attributes:
        takes: media type to schema of the body.
        gives: status to (media type, schema); problems are added to every one.
        leads: status to, by operation, its parameters and where in this answer each value stands.
        query: name to schema; `needed` lists those that must be there.
    """

    method: str
    path: str
    name: str
    summary: str
    scope: Scope | None = None
    text: str = ""
    takes: Mapping[str, Json] = field(default_factory=dict)
    gives: Mapping[int, tuple[str, Json]] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    headers: Mapping[str, Json] = field(default_factory=dict)
    leads: Mapping[int, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)


_JSON = "application/json"
_PLAIN = "text/plain"
_BYTES = "application/octet-stream"
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_BINARY: Json = {"type": "string", "format": "binary"}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "/v1/events",
        "reportEvents",
        "Report what happened: one event, or a batch",
        Scope.EVENTS_WRITE,
        "CloudEvents 1.0. Besides the two modes listed here binary mode is taken: the data as "
        "`application/json`, the attributes as `ce-id`, `ce-source`, `ce-specversion`, `ce-type` "
        "and `ce-time` headers. (`source`, `id`) is idempotent: send again whatever was not "
        "answered. Every item of a batch stands alone; a batch holds at most 1,000 events and "
        "2 MiB. JSON is read as I-JSON (RFC 7493): a whole number beyond 2^53 - 1 or a "
        "lone surrogate makes the whole body unreadable.",
        takes={STRUCTURED: ref("Event"), BATCHED: {"type": "array"}},
        gives={
            201: (_JSON, ref("Stored")),
            200: (_JSON, {"anyOf": [ref("Stored"), ref("BatchResult")]}),
            207: (_JSON, ref("BatchResult")),
        },
        leads={
            201: {
                "getProof": {"event_id": "/receipt/event_id"},
                "getReceipt": {"event_id": "/receipt/event_id"},
            }
        },
    ),
    Operation(
        "get",
        "/v1/events/{event_id}/proof",
        "getProof",
        "The proof that an event is in the log",
        text="C2SP `.tlog-proof`; 202 while the event has no position yet.",
        gives={200: (_PLAIN, TEXT), 202: (_PLAIN, TEXT)},
    ),
    Operation(
        "post",
        "/v1/requests",
        "receiveRequest",
        "Take a request of a person to use a right",
        Scope.REQUESTS_WRITE,
        "Looks the same whether the person is known or not, and whether they asked before.",
        takes={_JSON: ref("NewRequest")},
        gives={201: (_JSON, ref("Request"))},
        leads={
            201: {
                "getRequest": {"reference": "/reference"},
                "verifyRequest": {"reference": "/reference"},
            }
        },
        headers={"Idempotency-Key": TEXT | {"minLength": 1, "maxLength": 255}},
    ),
    Operation(
        "get",
        "/v1/requests/{reference}",
        "getRequest",
        "How a request stands: steps, systems, letters, history",
        Scope.REQUESTS_READ,
        gives={200: (_JSON, ref("RequestProgress"))},
    ),
    Operation(
        "post",
        "/v1/requests/{reference}/verification",
        "verifyRequest",
        "Say that the account holder has just signed in again",
        Scope.REQUESTS_WRITE,
        "Counts for an account that was known as theirs before the request began.",
        takes={_JSON: ref("NewVerification")},
        gives={200: (_JSON, ref("Verification"))},
    ),
    Operation(
        "post",
        "/v1/consents/check",
        "checkConsents",
        "May data of this person be used for these purposes?",
        Scope.CONSENTS_READ,
        takes={_JSON: ref("ConsentCheck")},
        gives={200: (_JSON, ref("ConsentAnswers"))},
    ),
    Operation(
        "post",
        "/v1/suppressions/check",
        "checkSuppressions",
        "Who must not be contacted, sold, shared or imported again",
        Scope.SUPPRESSIONS_READ,
        takes={_JSON: ref("SuppressionCheck")},
        gives={200: (_JSON, ref("SuppressionAnswers"))},
    ),
    Operation(
        "get",
        "/v1/erasures",
        "listErasures",
        "Hashes of erased people whom this site reported, for its own restore",
        Scope.ERASURES_READ,
        gives={200: (_JSON, ref("Erasures"))},
        query={
            "since": INSTANT | {"pattern": YEARS},
            "cursor": {"type": "string", "pattern": "^[0-9]{1,8}$"},
        },
        needed=("since",),
    ),
    Operation(
        "get",
        "/v1/receipts/{event_id}",
        "getReceipt",
        "The consent receipt of one choice",
        Scope.RECEIPTS_READ,
        gives={200: (_JSON, ANYTHING)},
        query={"format": {"type": "string", "enum": ["dpv", "kantara-1.1"]}},
    ),
    Operation(
        "get",
        "/v1/documents",
        "listDocuments",
        "Published documents and their versions",
        gives={200: (_JSON, record(documents=many(ref("Document"))))},
        leads={
            200: {
                "getDiff": {
                    "slug": "/documents/0/slug",
                    "old": "/documents/0/versions/0/version",
                    "new": "/documents/0/versions/1/version",
                }
            }
        },
    ),
    Operation(
        "get",
        "/v1/documents/{slug}",
        "getDocument",
        "One document",
        gives={200: (_JSON, ref("Document"))},
    ),
    Operation(
        "get",
        "/v1/documents/{slug}/{version}",
        "getVersion",
        "One version: the canonical file, which `sha256` is of, its text, and HTML",
        gives={
            200: (
                _JSON,
                {"allOf": [ref("VersionHead"), record(markdown=TEXT, body=TEXT, html=TEXT)]},
            )
        },
        query={"language": TEXT},
    ),
    Operation(
        "get",
        "/v1/documents/{slug}/diff/{old}..{new}",
        "getDiff",
        "What changed between two versions",
        gives={
            200: (
                _JSON,
                record(html=TEXT, insertions=WHOLE, deletions=WHOLE, changes=many(ANYTHING)),
            )
        },
        query={"language": TEXT},
    ),
    Operation(
        "get",
        "/log/checkpoint",
        "getCheckpoint",
        "The signed head of the log (C2SP tlog-checkpoint)",
        gives={200: (_PLAIN, TEXT)},
    ),
    Operation(
        "get",
        "/log/minimum-index",
        "getMinimumIndex",
        "The lowest position whose entry and leaf hash are published (C2SP tlog-tiles, Pruning)",
        gives={200: (_PLAIN, TEXT)},
    ),
    Operation(
        "get",
        "/log/tile/{tile}",
        "getTile",
        "A hash tile, or with a token a bundle of entries (C2SP tlog-tiles)",
        gives={200: (_BYTES, _BINARY)},
    ),
    Operation(
        "post",
        "/v1/systems/{code}/answers",
        "answerLater",
        "The answer of a webhook system that said 202",
        text="Signed as Standard Webhooks, with the secret that the system shares with the "
        "instance. `id` is the `webhook-id` of the question; the rest is what it would have said "
        "in the call. The first answer counts; a repeat changes nothing.",
        takes={_JSON: {"type": "object", "required": ["id"], "properties": {"id": TEXT}}},
        gives={202: (_JSON, record(status=TEXT))},
        headers={"webhook-id": TEXT, "webhook-timestamp": TEXT, "webhook-signature": TEXT},
    ),
    Operation(
        "get",
        "/healthz",
        "isAlive",
        "Whether the process lives",
        gives={200: (_JSON, record(status=TEXT))},
    ),
    Operation(
        "get",
        "/readyz",
        "isReady",
        "Whether database, sequencer, scheduler and work keep up, and connectors answer",
        gives={
            200: (_JSON, record(status=TEXT, checks=ANYTHING)),
            503: (_JSON, record(status=TEXT, checks=ANYTHING)),
        },
    ),
)
