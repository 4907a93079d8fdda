"""Events about the engine itself: tallies, reports, keys, restores, drills."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

PROPOSED_ACTS = ("document.publish", "hold.release")
TYPES = (
    EventType(
        "log.opened",
        "The log began.",
        (
            Field("origin", Scope.INSTANCE, required=True),
            Field("verifier_key", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "log.tallied",
        "How many entries of each kind and site stand before this one.",
        (
            Field("size", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("counts", Scope.INSTANCE, Kind.OBJECT, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "log.restored",
        "A restored database lost published positions; a new origin.",
        (
            Field("checkpoint", Scope.INSTANCE, required=True, max_length=4_000),
            Field("lost_from", Scope.INSTANCE, Kind.INTEGER),
            Field("origin", Scope.INSTANCE),
        ),
        names_subject=False,
    ),
    EventType(
        "log.pruned",
        "Entries below the minimum index are published no longer.",
        (
            Field("minimum_index", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("size", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("after_days", Scope.INSTANCE, Kind.INTEGER, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "report.produced",
        "A report left the engine.",
        (
            Field("report", Scope.INSTANCE, required=True),
            Field("number", Scope.INSTANCE, required=True),
            Field("sha256", Scope.INSTANCE, required=True),
            Field("unsigned_sha256", Scope.INSTANCE),
            Field("twin_sha256", Scope.INSTANCE),
            Field("file", Scope.INSTANCE),
            Field("beside", Scope.INSTANCE, Kind.TEXTS, note="files too large to be inside"),
            Field("series", Scope.INSTANCE, note="a later one of the same series supersedes it"),
            Field("schedule", Scope.INSTANCE),
            Field("case", Scope.CASE),
        ),
        names_subject=False,
    ),
    EventType(
        "report.delivered",
        "A report was put into a store.",
        (
            Field("report", Scope.INSTANCE, required=True, note="the event that produced it"),
            Field("store", Scope.INSTANCE, required=True),
            Field("name", Scope.INSTANCE, required=True),
            Field("sha256", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "report.removed",
        "The file of a report was removed at the end of its time; its hash stays here.",
        (Field("report", Scope.INSTANCE, required=True, note="the event that produced it"),),
        names_subject=False,
    ),
    EventType(
        "site.added",
        "A site may report.",
        (Field("name", Scope.INSTANCE, required=True),),
        names_subject=False,
    ),
    EventType(
        "site.key_changed",
        "A site's key was made, rotated or revoked.",
        (
            Field("name", Scope.INSTANCE, required=True),
            Field("change", Scope.INSTANCE, required=True),
            Field("prefix", Scope.INSTANCE),
        ),
        names_subject=False,
    ),
    EventType(
        "staff.signed_in",
        "Somebody of the staff signed in.",
        (Field("staff", Scope.INSTANCE, required=True),),
        names_subject=False,
    ),
    EventType(
        "staff.changed",
        "A staff seat was added, changed or closed.",
        (
            Field("staff", Scope.INSTANCE, required=True),
            Field("change", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "approval.proposed",
        "One of two people proposed what a second one must carry out.",
        (
            Field("act", Scope.INSTANCE, Kind.CHOICE, required=True, choices=PROPOSED_ACTS),
            Field("target", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "key.rotated",
        "A key epoch began or ended.",
        (
            Field("key", Scope.INSTANCE, required=True),
            Field("change", Scope.INSTANCE, required=True),
            Field("epoch", Scope.INSTANCE, Kind.INTEGER),
        ),
        names_subject=False,
    ),
)
