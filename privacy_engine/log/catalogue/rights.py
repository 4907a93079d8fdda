"""Events of the rights requests."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_RIGHTS = (
    "know:specific",
    "know:categories",
    "delete",
    "correct",
    "opt_out",
    "limit",
    "opt_in",
    "withdraw_consent",
)
_CHANNELS = ("form", "api", "email", "phone", "mail", "store", "drp")
_CASE = (
    Field("case", Scope.CASE, required=True),
    Field("reason", Scope.CASE, max_length=2_000),
    Field("citation", Scope.CASE, max_length=200),
    Field("clause", Scope.CASE, max_length=64),
    Field("due_on", Scope.CASE, Kind.DATE),
    Field("outcome", Scope.CASE, max_length=64),
    Field("method", Scope.CASE, max_length=64),
    Field("tier", Scope.CASE, max_length=64),
    Field("approved_by", Scope.CASE, max_length=64),
    Field("note", Scope.PERSON, max_length=4_000),
)
_FOR = ("self", "agent", "child", "household", "deceased", "represented")

TYPES = (
    EventType(
        "request.received",
        "A person asked to use a right.",
        (
            Field("case", Scope.CASE, note="the reference; given by the engine"),
            Field("right", Scope.CASE, Kind.CHOICE, required=True, choices=_RIGHTS),
            Field("jurisdiction", Scope.CASE, max_length=32),
            Field("channel", Scope.CASE, Kind.CHOICE, choices=_CHANNELS),
            Field("for", Scope.CASE, Kind.CHOICE, choices=_FOR),
            Field("purposes", Scope.CASE, Kind.TEXTS, codes="purposes", max_length=20),
            Field("received_at", Scope.CASE, Kind.INSTANT),
            Field("window", Scope.CASE, Kind.ANY),
            Field("language", Scope.CASE, max_length=35),
            Field("workflow", Scope.CASE, max_length=64),
            Field("duplicate_of", Scope.CASE, max_length=32),
            Field(
                "follows", Scope.CASE, max_length=32, note="the ended request that goes on here"
            ),
            Field("why", Scope.CASE, max_length=16, note="reopened, appeal or instead"),
            Field("name", Scope.PERSON, max_length=200),
            Field("agent", Scope.PERSON, Kind.OBJECT),
            Field("details", Scope.PERSON, max_length=10_000),
            Field("corrections", Scope.PERSON, Kind.OBJECT),
        ),
        reported=True,
        browser=True,
    ),
    EventType("request.alerted", "Somebody was told that a clock runs out soon.", _CASE),
    EventType("request.acknowledged", "Receipt was confirmed to the person.", _CASE),
    EventType("request.verification_sent", "The person was asked to confirm.", _CASE),
    EventType("request.verified", "It is the person, by the tier that the right needs.", _CASE),
    EventType("request.verification_failed", "An attempt to confirm failed.", _CASE),
    EventType("request.assigned", "An officer took the request on.", _CASE),
    EventType("request.extended", "The answer takes longer; the person was told why.", _CASE),
    EventType("request.approved", "The officer decided to do what was asked.", _CASE),
    EventType("request.denied", "The officer decided not to, in whole, and said why.", _CASE),
    EventType("request.fulfilled", "Everything asked was done and answered.", _CASE),
    EventType("request.partially_fulfilled", "Part was done; the answer says what not.", _CASE),
    EventType("request.revoked", "The person took the request back.", _CASE),
    EventType("request.expired", "The person never confirmed.", _CASE),
    EventType(
        "request.evidence_given",
        "Something that shows who asks was given; codes of what it was, never the answers.",
        (*_CASE, Field("evidence", Scope.CASE, Kind.TEXTS, required=True, max_length=20)),
    ),
    EventType(
        "request.declared",
        "The person signed, under penalty of perjury, that it is them.",
        (
            Field("case", Scope.CASE, required=True),
            Field("wording", Scope.CASE, required=True, max_length=2_000),
            Field("language", Scope.CASE, max_length=35),
            Field("signature", Scope.PROOF, required=True, max_length=200),
        ),
    ),
    EventType(
        "request.paper_received",
        "A paper came that shows who may ask; it lies sealed beside the log.",
        (
            *_CASE,
            Field("code", Scope.CASE, required=True, max_length=64),
            Field("sha256", Scope.CASE, required=True, max_length=64),
            Field("bytes", Scope.CASE, Kind.INTEGER, required=True),
            Field("media_type", Scope.CASE, max_length=64),
        ),
    ),
    EventType("request.suspected", "Somebody else may be asking: nothing is done on it.", _CASE),
    EventType(
        "request.reopened",
        "What had ended goes on in a new request, with the old clock.",
        (*_CASE, Field("follow", Scope.CASE, max_length=32)),
    ),
    EventType(
        "request.message_received",
        "The person wrote about their request.",
        (
            Field("case", Scope.CASE, required=True),
            Field("channel", Scope.CASE, max_length=16),
            Field("text", Scope.PERSON, required=True, max_length=10_000),
        ),
    ),
    EventType("request.message_read", "An officer read what the person wrote.", _CASE),
    EventType(
        "request.appealed",
        "The person asked that a no is looked at again.",
        (*_CASE, Field("received_at", Scope.CASE, Kind.INSTANT)),
    ),
    EventType("request.appeal_decided", "Somebody looked at a no again, and said why.", _CASE),
    EventType(
        "request.identifier_admitted",
        "An officer let an identifier count that was linked late, or only claimed.",
        (*_CASE, Field("subject_admitted", Scope.CASE, max_length=32)),
    ),
    EventType("request.noted", "A note of the staff, never sent.", _CASE),
)
