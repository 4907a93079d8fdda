"""Events of an auditor's seat: which sample was drawn, and what was found on its items."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

# A sample that was drawn cannot be drawn again until it pleases: every draw stands in the log.
TYPES = (
    EventType(
        "audit.sampled",
        "An auditor drew a sample; seed, method and population give it again.",
        (
            Field("staff", Scope.INSTANCE, required=True),
            Field("population", Scope.INSTANCE, required=True),
            Field("from_on", Scope.INSTANCE, Kind.DATE, required=True),
            Field("to_on", Scope.INSTANCE, Kind.DATE, required=True),
            Field("sites", Scope.INSTANCE, Kind.TEXTS),
            Field("log_size", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("count", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("size", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("seed", Scope.INSTANCE, required=True, max_length=64),
            Field("items_sha256", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "audit.noted",
        "An auditor noted what came out of an item; what they wrote is not in the log.",
        (
            Field("staff", Scope.INSTANCE, required=True),
            Field("sample", Scope.INSTANCE, required=True),
            Field("item", Scope.INSTANCE, required=True),
            Field("finding", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "audit.exported",
        "An auditor took an export of the log.",
        (
            Field("staff", Scope.INSTANCE, required=True),
            Field("log_size", Scope.INSTANCE, Kind.INTEGER, required=True),
        ),
        names_subject=False,
    ),
)
