"""Events of running workflows and of what systems answered."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_STEP = (
    Field("case", Scope.CASE, required=True),
    Field("run", Scope.CASE),
    Field("workflow", Scope.CASE),
    Field("step", Scope.CASE),
    Field("outcome", Scope.CASE, max_length=64),
    Field("detail", Scope.CASE, Kind.OBJECT),
    Field("due_at", Scope.CASE, Kind.INSTANT),
)
_SYSTEM = (
    Field("case", Scope.CASE, required=True),
    Field("system", Scope.CASE, required=True),
    Field("phase", Scope.CASE, note="before, delete, correct, after, day-7, day-30"),
    Field("found", Scope.CASE, Kind.INTEGER),
    Field("removed", Scope.CASE, Kind.INTEGER),
    Field("retained", Scope.CASE, Kind.OBJECT),
    Field("tables", Scope.CASE, Kind.OBJECT),
    Field("verdict", Scope.CASE),
    Field("message", Scope.CASE, max_length=500),
)
# By which names a system was searched or emptied: one that is learnt later has it asked again.
_NAMED = (*_SYSTEM, Field("names", Scope.PERSON, Kind.OBJECT))

TYPES = (
    EventType("workflow.started", "A declared workflow began for a case.", _STEP),
    EventType("step.done", "A step of a workflow ended well.", _STEP),
    EventType("step.failed", "A step failed and waits for another try or a person.", _STEP),
    EventType("step.waiting", "A step waits for a person or for time.", _STEP),
    EventType("step.reopened", "A step that was done is done once more.", _STEP),
    EventType("workflow.ended", "Nothing more is due in this run.", _STEP),
    EventType(
        "system.searched",
        "A system was searched for the person.",
        (*_NAMED, Field("unread", Scope.CASE, Kind.INTEGER, note="files nobody can look into")),
    ),
    EventType("system.asked", "A system is asked to delete; it holds this much now.", _SYSTEM),
    EventType("system.deleted", "A system deleted what it held.", _NAMED),
    EventType(
        "system.reopened",
        "A system is searched and emptied once more, before the names to do it by are destroyed.",
        (*_SYSTEM, Field("why", Scope.CASE, max_length=16, note="name (learnt late) or wait")),
    ),
    EventType(
        "system.came_back",
        "What was deleted is in a system again; the case that had been answered is open again.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("found_by", Scope.CASE, max_length=16, note="search or comparison"),
        ),
    ),
    EventType(
        "system.gone_again",
        "What had come back is gone; from the last system of a case: it has ended again.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("outcome", Scope.CASE, max_length=32, note="how the case ends, as before"),
        ),
    ),
    EventType(
        "system.undecided",
        "A system deleted what it may; the rest also concerns others and waits for an officer.",
        (*_SYSTEM, Field("waits", Scope.CASE, Kind.OBJECT, note="table, series, count, reason")),
    ),
    EventType(
        "rows.decided",
        "An officer said what becomes of rows that also concern others.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("choices", Scope.CASE, Kind.OBJECT, required=True, note="table, action"),
        ),
    ),
    EventType(
        "records.held_apart",
        "A copy bears records that name somebody else; they wait for an officer.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("tables", Scope.CASE, Kind.OBJECT, required=True, note="how many of each"),
        ),
    ),
    EventType(
        "records.decided",
        "An officer said whether records of a copy that name somebody else are given.",
        (
            Field("case", Scope.CASE, required=True),
            Field("system", Scope.CASE, required=True),
            Field("way", Scope.CASE, required=True, note="leave_out, give"),
        ),
    ),
    EventType(
        "system.corrected",
        "A system was corrected and looked at, or looked at again; counts, never values.",
        (
            *_SYSTEM,
            Field("decision", Scope.CASE, max_length=64, note="the event that was carried out"),
        ),
    ),
    EventType("system.failed", "A system did not answer, or refused; it is asked again.", _SYSTEM),
    EventType("system.copied", "A system gave a copy of what it holds.", _SYSTEM),
    EventType(
        "correction.decided",
        "An officer said which value shall stand where.",
        (
            Field("case", Scope.CASE, required=True),
            Field("count", Scope.CASE, Kind.INTEGER),
            Field("systems", Scope.CASE, Kind.TEXTS),
            Field(
                "changes",
                Scope.PERSON,
                Kind.OBJECT,
                required=True,
                note="system, table, column, value, was",
            ),
            Field("source", Scope.PERSON, max_length=200, note="who gave the wrong value"),
        ),
    ),
    EventType(
        "recipient.told",
        "A recipient was told to do the same.",
        (
            Field("case", Scope.CASE, required=True),
            Field("recipient", Scope.CASE, required=True),
            Field("outcome", Scope.CASE),
            Field("attempt", Scope.CASE, Kind.INTEGER),
        ),
    ),
    EventType(
        "task.sent",
        "Whoever keeps a place that no program reaches was asked, or reminded, by letter.",
        (
            Field("case", Scope.CASE, required=True),
            Field("keeper", Scope.CASE, required=True, note="system, recipient"),
            Field("code", Scope.CASE, required=True),
            Field("turn", Scope.CASE, Kind.INTEGER, required=True),
            Field("action", Scope.CASE, note="locate, copy, correct; to delete when not given"),
            Field("because", Scope.CASE, note="the decision that a correction carries out"),
        ),
    ),
    EventType(
        "task.file_received",
        "A keeper added a file to what they attest; it lies sealed beside the log.",
        (
            Field("case", Scope.CASE, required=True),
            Field("code", Scope.CASE, required=True),
            Field("sha256", Scope.CASE, required=True),
            Field("bytes", Scope.CASE, Kind.INTEGER, required=True),
        ),
    ),
    EventType(
        "rescan.prepared",
        "Identifiers were sealed for searching again.",
        (
            Field("case", Scope.CASE, required=True),
            Field("identifiers", Scope.RESCAN, Kind.OBJECT, required=True),
        ),
    ),
)
