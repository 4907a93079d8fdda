"""Events of the versioned documents."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

OCCASIONS = ("text", "new_use", "new_owner")
"""Why a document changes: its words, a new use of information, or a merger or sale."""

_CHANGE = (
    Field("case", Scope.INSTANCE, required=True),
    Field("document", Scope.INSTANCE, required=True),
    Field("version", Scope.INSTANCE, required=True),
)

TYPES = (
    EventType(
        "document.published",
        "A version of a document took its place in the record.",
        (
            Field("document", Scope.INSTANCE, Kind.CODE, required=True, codes="documents"),
            Field("version", Scope.INSTANCE, required=True),
            Field("language", Scope.INSTANCE, required=True),
            Field("title", Scope.INSTANCE),
            Field("sha256", Scope.INSTANCE, required=True),
            Field("effective_at", Scope.INSTANCE, Kind.INSTANT, required=True),
            Field("supersedes", Scope.INSTANCE),
            Field("material", Scope.INSTANCE, Kind.BOOLEAN),
            Field("reconsent", Scope.INSTANCE),
            Field("grace_days", Scope.INSTANCE, Kind.INTEGER),
            Field("notice_at", Scope.INSTANCE, Kind.INSTANT, note="when a change was announced"),
            Field("approved_by", Scope.INSTANCE),
        ),
        names_subject=False,
    ),
    EventType(
        "notice.shown",
        "A version was put before a person.",
        (
            Field("document", Scope.PROOF, Kind.CODE, required=True, codes="documents"),
            Field("version", Scope.PROOF, Kind.CODE, required=True, codes="versions"),
            Field("language", Scope.PROOF, max_length=35),
            Field("surface", Scope.PROOF, max_length=100),
        ),
        reported=True,
        browser=True,
    ),
    EventType(
        "promise.found",
        "A promise stands otherwise than at the look before.",
        (
            Field("promise", Scope.INSTANCE, required=True),
            Field("finding", Scope.INSTANCE, required=True),
            Field("before", Scope.INSTANCE),
            Field("why", Scope.INSTANCE, max_length=500),
            Field("events", Scope.INSTANCE, Kind.TEXTS, note="the events behind it"),
        ),
        names_subject=False,
    ),
    EventType(
        "change.begun",
        "A material change of a document began its way: notice first, then effect.",
        (
            *_CHANGE,
            Field("supersedes", Scope.INSTANCE),
            Field("sha256", Scope.INSTANCE, required=True, note="of all languages together"),
            Field("occasion", Scope.INSTANCE, Kind.CHOICE, choices=OCCASIONS),
        ),
        names_subject=False,
    ),
    EventType(
        "change.decided",
        "Somebody approved or rejected a change.",
        (*_CHANGE, Field("outcome", Scope.INSTANCE, required=True, note="publish or reject")),
        names_subject=False,
    ),
    EventType(
        "change.noticed",
        "The site was seen to show the notice of a change.",
        (
            *_CHANGE,
            Field("notice_at", Scope.INSTANCE, Kind.INSTANT, required=True),
            Field("showings", Scope.INSTANCE, Kind.INTEGER),
        ),
        names_subject=False,
    ),
    EventType(
        "change.told",
        "A person was written to about a change, or could not be.",
        (
            Field("case", Scope.PROOF, required=True),
            Field("document", Scope.PROOF, required=True),
            Field("version", Scope.PROOF, required=True),
            Field("language", Scope.PROOF),
            Field("outcome", Scope.PROOF, required=True, note="sent, frozen or bad address"),
            Field("transport", Scope.PROOF),
            Field("subject_line", Scope.PERSON, max_length=500),
            Field("body", Scope.PERSON, max_length=100_000),
            Field("address", Scope.PERSON, max_length=320),
        ),
    ),
    EventType(
        "change.carried",
        "A change took effect, and every opt-out was compared before and after.",
        (
            *_CHANGE,
            Field("carried", Scope.INSTANCE, Kind.OBJECT, note="purpose to people who said no"),
            Field("lost", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("people", Scope.INSTANCE, Kind.INTEGER),
        ),
        names_subject=False,
    ),
)
