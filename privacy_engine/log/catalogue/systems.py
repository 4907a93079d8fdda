"""Events about the systems themselves: drills with planted people, and people who came back."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

TYPES = (
    EventType(
        "drill.started",
        "Invented people were planted, to see whether requests of real ones would be met.",
        (
            Field("drill", Scope.INSTANCE, required=True),
            Field("planted", Scope.INSTANCE, Kind.OBJECT, required=True, note="system to rows"),
            Field("left_out", Scope.INSTANCE, Kind.OBJECT, note="systems without anybody planted"),
            Field("exercises", Scope.INSTANCE, Kind.OBJECT, required=True, note="name to case"),
        ),
        names_subject=False,
    ),
    EventType(
        "drill.exercise_ended",
        "One exercise of a drill passed or failed.",
        (
            Field("drill", Scope.INSTANCE, required=True),
            Field("exercise", Scope.INSTANCE, required=True),
            Field("outcome", Scope.INSTANCE, required=True, note="passed or failed"),
            Field("findings", Scope.INSTANCE, Kind.OBJECT, note="system, what was wrong"),
        ),
        names_subject=False,
    ),
    EventType(
        "reimport.found",
        "People who were erased are back in a system: a restore or an import brought them.",
        (
            Field("system", Scope.INSTANCE, required=True),
            Field("compared", Scope.INSTANCE, Kind.INTEGER),
            Field("back", Scope.INSTANCE, Kind.INTEGER),
            Field("known_again", Scope.INSTANCE, Kind.INTEGER),
        ),
        names_subject=False,
    ),
    EventType(
        "reimport.deleted",
        "Whoever was erased and had come back was deleted again.",
        (
            Field("system", Scope.INSTANCE, required=True),
            Field("people", Scope.INSTANCE, Kind.INTEGER),
            Field("left", Scope.INSTANCE, Kind.INTEGER, note="still found afterwards"),
        ),
        names_subject=False,
    ),
    EventType(
        "drill.ended",
        "Every exercise of a drill has come to its end.",
        (
            Field("drill", Scope.INSTANCE, required=True),
            Field("outcome", Scope.INSTANCE, required=True, note="passed or failed"),
        ),
        names_subject=False,
    ),
)
