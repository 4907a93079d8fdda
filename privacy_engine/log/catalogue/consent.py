"""Events of the consent ledger."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_METHODS = ("form", "banner", "account", "paper", "phone", "import", "signal")
ACTORS = ("self", "parent", "agent")
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
    Field("actor", Scope.PROOF, Kind.CHOICE, choices=ACTORS, note="who said it; self if left out"),
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
    EventType(
        "trackers.compared",
        "What a browser met on the site was held against the declared trackers.",
        (
            Field("hosts", Scope.INSTANCE, Kind.INTEGER, required=True, note="outside hosts met"),
            Field("cookies", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("undeclared", Scope.INSTANCE, Kind.OBJECT, note="hosts and names of cookies"),
            Field("unmet", Scope.INSTANCE, Kind.OBJECT, note="declared and not met"),
        ),
        names_subject=False,
    ),
    EventType(
        "list.exported",
        "The ledger, or a list for a mailer, was taken out.",
        (
            Field("list", Scope.INSTANCE, required=True, note="ledger, permitted or stopped"),
            Field("purpose", Scope.INSTANCE),
            Field("rows", Scope.INSTANCE, Kind.INTEGER, required=True),
            Field("sha256", Scope.INSTANCE, note="of the file"),
        ),
        names_subject=False,
    ),
)
