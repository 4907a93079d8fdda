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

# What the business disclosed to whom is its own record and outlives the person's: the lists of
# Civ. Code 1798.130(a)(5)(C) count it. Codes only; whatever was written is sealed as proof.
TYPES = (
    EventType(
        "disclosure.made",
        "Personal data went to a recipient.",
        (
            Field("recipient", Scope.INSTANCE, Kind.CODE, required=True, codes="recipients"),
            Field("categories", Scope.INSTANCE, Kind.TEXTS, required=True, codes="categories"),
            Field("purpose", Scope.INSTANCE, Kind.CODE, required=True, codes="purposes"),
            Field("basis", Scope.INSTANCE, Kind.CHOICE, required=True, choices=_BASES),
            Field("document", Scope.PROOF, max_length=200),
            Field("sale", Scope.INSTANCE, Kind.BOOLEAN, required=True),
            Field("sharing", Scope.INSTANCE, Kind.BOOLEAN, required=True),
            Field("consideration", Scope.PROOF, max_length=200),
        ),
        reported=True,
    ),
    EventType(
        "accounting.suspended",
        "An authority asked that what went to it be left out of a person's accounting for a time.",
        (
            Field("suspension", Scope.INSTANCE, required=True),
            Field("recipient", Scope.INSTANCE, Kind.CODE, required=True, codes="recipients"),
            Field("form", Scope.INSTANCE, Kind.CHOICE, required=True, choices=("written", "oral")),
            Field("stated_on", Scope.INSTANCE, Kind.DATE, required=True),
            Field("until", Scope.INSTANCE, Kind.DATE, required=True, note="the last day"),
            Field("agency", Scope.PROOF, max_length=200, note="which agency or official said so"),
            Field("statement", Scope.PROOF, max_length=500, note="the document, or what was said"),
        ),
    ),
    EventType(
        "accounting.resumed",
        "What went to an authority is listed again before the time was over.",
        (
            Field("suspension", Scope.INSTANCE, required=True),
            Field("on", Scope.INSTANCE, Kind.DATE, required=True),
            Field("reason", Scope.PROOF, max_length=500),
        ),
    ),
)
