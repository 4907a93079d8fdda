"""Events of the versioned documents."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

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
)
