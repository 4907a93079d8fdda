"""Events about people who are, or may be, under 13."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.catalogue.parents import CONTACT
from privacy_engine.log.event import Scope

_KINDS = ("birth_date", "birth_year", "age", "age_band", "os_bracket", "school_grade")
_REPORTERS = ("parent", "teacher", "staff", "therapist", "platform", "other")
_CASE = (
    Field("case", Scope.CASE, required=True),
    Field("reason", Scope.CASE, max_length=200),
    Field("rule", Scope.CASE, max_length=200),
    Field("knowledge_at", Scope.CASE, Kind.INSTANT),
    Field("path", Scope.CASE, Kind.CHOICE, choices=("delete", "parent")),
    Field("note", Scope.PERSON, max_length=2_000),
)

TYPES = (
    EventType(
        "age_signal.received",
        "Something that tells an age was received.",
        (
            Field("kind", Scope.PERSON, Kind.CHOICE, required=True, choices=_KINDS),
            Field("value", Scope.PERSON, Kind.ANY, required=True),
            Field("method", Scope.PERSON, max_length=64),
            Field("declared_by", Scope.PERSON, max_length=64),
            Field(
                "zone",
                Scope.PERSON,
                max_length=64,
                note="IANA name of the person's time zone, whose day counts; ours if left out",
            ),
        ),
        reported=True,
        browser=True,
    ),
    EventType(
        "child.reported",
        "Somebody told us that a person is a child.",
        (
            Field("reported_by", Scope.PERSON, Kind.CHOICE, required=True, choices=_REPORTERS),
            Field("statement", Scope.PERSON, max_length=4_000),
            Field("parent_email", Scope.PERSON, max_length=320),
        ),
        reported=True,
    ),
    EventType("child.suspected", "A signal opened a suspicion; the person is frozen.", _CASE),
    EventType("child.known", "A suspicion became knowledge.", _CASE),
    EventType("child.confirmed", "It is known that the person is under 13.", (*_CASE, *CONTACT)),
    EventType("child.quarantined", "No use, disclosure or contact from here on.", _CASE),
    EventType(
        "quarantine.told",
        "A system was told that a child's data stands still, or may be used again.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("action", Scope.CASE, Kind.CHOICE, choices=("quarantine", "release")),
            Field(
                "outcome",
                Scope.CASE,
                Kind.CHOICE,
                choices=("acknowledged", "accepted", "refused"),
            ),
        ),
    ),
    EventType("child.cleared", "A person looked and found no child.", _CASE),
    EventType(
        "child.answered_once",
        "The one answer to what a child asked; the address goes right after it.",
        (
            Field("case", Scope.CASE, required=True),
            Field("body", Scope.PERSON, max_length=20_000),
            Field("address", Scope.PERSON, max_length=320),
        ),
    ),
    EventType(
        "teen.noticed",
        "Somebody is 13 to 15: nothing of theirs is sold or shared without their own yes.",
        (Field("until", Scope.PERSON, Kind.INSTANT, required=True),),
    ),
    EventType(
        "child.merged",
        "The same child has another case, which goes on for both; this one ended with it.",
        (Field("case", Scope.CASE, required=True), Field("into", Scope.CASE, required=True)),
    ),
    EventType("child.deleted", "The child's data was deleted and searched for again.", _CASE),
)
