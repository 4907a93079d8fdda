"""Events of the disclosure ledger."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_BASES = (
    "service_provider",
    "consent",
    "legal_process",
    "safety",
    "fraud",
    "business_transfer",
    "audit",
    "other",
)

TYPES = (
    EventType(
        "disclosure.made",
        "Personal data went to a recipient.",
        (
            Field("recipient", Scope.PROOF, Kind.CODE, required=True, codes="recipients"),
            Field("categories", Scope.PROOF, Kind.TEXTS, required=True, codes="categories"),
            Field("purpose", Scope.PROOF, Kind.CODE, required=True, codes="purposes"),
            Field("basis", Scope.PROOF, Kind.CHOICE, required=True, choices=_BASES),
            Field("document", Scope.PROOF, max_length=200),
            Field("sale", Scope.PROOF, Kind.BOOLEAN, required=True),
            Field("sharing", Scope.PROOF, Kind.BOOLEAN, required=True),
            Field("consideration", Scope.PROOF, max_length=200),
        ),
        reported=True,
    ),
)
