"""Events of the retention schedule, of holdings and of holds."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_RECORD = (
    Field("system", Scope.PERSON, Kind.CODE, required=True, codes="systems"),
    Field("series", Scope.PERSON, Kind.CODE, required=True, codes="series"),
    Field("record", Scope.PERSON, max_length=200),
    Field("collected_at", Scope.PERSON, Kind.INSTANT),
)
_RUN = (
    Field("run", Scope.INSTANCE, required=True),
    Field("series", Scope.INSTANCE, required=True),
    Field("system", Scope.INSTANCE),
    Field("schedule_sha256", Scope.INSTANCE),
    Field("preview_sha256", Scope.INSTANCE),
    Field("cutoff", Scope.INSTANCE, Kind.INSTANT),
    Field("candidates", Scope.INSTANCE, Kind.INTEGER),
    Field("held", Scope.INSTANCE, Kind.INTEGER),
    Field("excepted", Scope.INSTANCE, Kind.INTEGER),
    Field("disposed", Scope.INSTANCE, Kind.INTEGER),
    Field("failed", Scope.INSTANCE, Kind.INTEGER),
    Field("found_after", Scope.INSTANCE, Kind.INTEGER),
    Field("disposition", Scope.INSTANCE),
    Field("reason", Scope.INSTANCE, max_length=500),
    Field("still_held", Scope.INSTANCE, Kind.INTEGER),
    Field("executed_sha256", Scope.INSTANCE),
    Field("follows", Scope.INSTANCE, note="the run whose approval covers what a hold kept then"),
    Field("tables", Scope.INSTANCE, Kind.OBJECT, note="what was found of each table"),
)
_HOLD = (
    Field("hold", Scope.INSTANCE, required=True),
    Field("scope", Scope.INSTANCE, Kind.CHOICE, choices=("subject", "series", "system", "case")),
    Field("target", Scope.CASE, max_length=200),
    Field("ground", Scope.CASE, max_length=500),
    Field("until", Scope.INSTANCE, Kind.DATE),
    Field(
        "nature",
        Scope.INSTANCE,
        Kind.CHOICE,
        choices=("dispute", "law_enforcement"),
        note="a direction of law enforcement stands 90 days and can be renewed",
    ),
)

TYPES = (
    EventType(
        "record.collected", "A site holds a new record about a person.", _RECORD, reported=True
    ),
    EventType(
        "record.touched", "A record about a person was used or changed.", _RECORD, reported=True
    ),
    EventType("record.disposed", "A site disposed of a record.", _RECORD, reported=True),
    EventType(
        "disposition.previewed", "A retention row was rehearsed.", _RUN, names_subject=False
    ),
    EventType("disposition.approved", "A rehearsal was approved.", _RUN, names_subject=False),
    EventType(
        "disposition.started",
        "An approved run began: everything was as approved.",
        _RUN,
        names_subject=False,
    ),
    EventType(
        "disposition.paused",
        "A run stands still until somebody lets it go on.",
        _RUN,
        names_subject=False,
    ),
    EventType("disposition.resumed", "A run goes on.", _RUN, names_subject=False),
    EventType("disposition.done", "A retention row ran.", _RUN, names_subject=False),
    EventType(
        "disposition.voided",
        "An approval no longer fits what it approved.",
        _RUN,
        names_subject=False,
    ),
    EventType("hold.placed", "A legal hold stops disposal.", _HOLD, names_subject=False),
    EventType("hold.renewed", "A legal hold stands longer.", _HOLD, names_subject=False),
    EventType(
        "hold.reminded",
        "Somebody was told that a hold ends by itself soon.",
        (
            Field("hold", Scope.INSTANCE, required=True),
            Field("until", Scope.CASE, Kind.DATE, required=True),
            Field("days", Scope.CASE, Kind.INTEGER, required=True, note="at which distance"),
        ),
        names_subject=False,
    ),
    EventType("hold.released", "A legal hold ended.", _HOLD, names_subject=False),
)
