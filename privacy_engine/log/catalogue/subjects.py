"""Events about who is who, and about erasing them."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

LOOKED_FOR = ("answer", "verify", "search", "consent", "audit", "other")
"""Why somebody of the staff may look at who a person is: codes, so that no name slips in."""

TYPES = (
    EventType(
        "subject.linked",
        "Two sets of identifiers are one person.",
        (
            Field("subjects", Scope.PERSON, Kind.OBJECT, required=True),
            Field("evidence", Scope.PERSON, required=True, max_length=500),
        ),
        reported=True,
        names_subject=False,
    ),
    EventType(
        "subject.unlinked",
        "A link was wrong and is taken back.",
        (Field("reason", Scope.INSTANCE, required=True, max_length=500),),
    ),
    EventType(
        "subject.erased",
        "A person's keys, sealed parts and aliases were destroyed.",
        (
            Field("case", Scope.CASE),
            Field("ground", Scope.INSTANCE, required=True, max_length=200),
            Field("subjects", Scope.INSTANCE, Kind.INTEGER),
            Field("parts", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("events_sha256", Scope.INSTANCE, required=True),
            Field("kept_proofs", Scope.INSTANCE, Kind.INTEGER),
            Field("unrecoverable_on", Scope.INSTANCE, Kind.DATE),
        ),
        names_subject=False,
    ),
    EventType(
        "parts.destroyed",
        "Sealed parts reached the end of their retention.",
        (
            Field("scope", Scope.INSTANCE, required=True),
            Field("ground", Scope.INSTANCE, required=True, max_length=200),
            Field("parts", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("events_sha256", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "identity.revealed",
        "Somebody of the staff unmasked a person.",
        (
            Field("case", Scope.CASE),
            Field("reason", Scope.CASE, max_length=200),
            Field("reason_code", Scope.INSTANCE, Kind.CHOICE, choices=LOOKED_FOR),
        ),
        names_subject=False,
    ),
)
