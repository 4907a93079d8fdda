"""Events of the consent ledger."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_METHODS = ("form", "banner", "account", "paper", "phone", "import", "signal")
_CONSENT = (
    Field("purpose", Scope.PROOF, Kind.CODE, required=True, codes="purposes"),
    Field("document", Scope.PROOF, Kind.CODE, required=True, codes="documents"),
    Field("version", Scope.PROOF, Kind.CODE, required=True, codes="versions"),
    Field("method", Scope.PROOF, Kind.CHOICE, required=True, choices=_METHODS),
    Field("wording", Scope.PROOF, max_length=4_000),
    Field("language", Scope.PROOF, max_length=35),
    Field("service", Scope.PROOF, max_length=64),
    Field("evidence", Scope.PROOF, max_length=2_000),
    Field("expires_at", Scope.PROOF, Kind.INSTANT),
    Field("signal", Scope.PROOF, Kind.OBJECT),
)

TYPES = (
    EventType(
        "consent.given",
        "A person agreed to one purpose under one text.",
        _CONSENT,
        reported=True,
        browser=True,
    ),
    EventType(
        "consent.refused",
        "A person said no to one purpose.",
        _CONSENT,
        reported=True,
        browser=True,
    ),
    EventType(
        "consent.withdrawn", "A person took a consent back.", _CONSENT, reported=True, browser=True
    ),
    EventType(
        "signal.received",
        "A browser sent an opt-out preference signal.",
        (
            Field("signal", Scope.PROOF, Kind.CHOICE, required=True, choices=("gpc",)),
            Field("value", Scope.PROOF, Kind.BOOLEAN, required=True),
            Field("page", Scope.PERSON, max_length=500),
        ),
        reported=True,
        browser=True,
    ),
    EventType(
        "email.unsubscribed",
        "A person left one mailing list, or all of them.",
        (
            Field("list", Scope.PROOF, max_length=64),
            Field("all", Scope.PROOF, Kind.BOOLEAN),
        ),
        reported=True,
    ),
)
