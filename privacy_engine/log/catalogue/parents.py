"""Events about asking a parent: what was kept to ask, the notice, the choices, the proof.

What defends a consent (who gave it, by which proof) is sealed under the child's proof key. What
only helps to reach the parent is sealed under the child's own key and goes with the child.
"""

from collections.abc import Sequence

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

_CASE = Field("case", Scope.CASE, required=True)
_METHOD = Field("method", Scope.CASE, max_length=32)
_CHOICES = (
    Field("purposes", Scope.CASE, Kind.TEXTS, max_length=100),
    Field("document", Scope.CASE, max_length=64),
    Field("version", Scope.CASE, max_length=64),
)
CONTACT = (
    Field("child_name", Scope.PERSON, max_length=200),
    Field("parent_name", Scope.PERSON, max_length=200),
    Field("parent_email", Scope.PERSON, max_length=320),
    Field("parent_phone", Scope.PERSON, max_length=32),
)
"""Name and online contact of child and parent: all that may be kept while a parent is asked."""

_GIVEN = (
    Field("case", Scope.CASE),
    Field("purpose", Scope.PROOF, required=True),
    Field("document", Scope.PROOF),
    Field("version", Scope.PROOF),
)


def _event(kind: str, summary: str, fields: Sequence[Field] = ()) -> EventType:
    return EventType(kind, summary, (_CASE, *fields))


TYPES = (
    _event(
        "child.reduced",
        "All but a name and the contact needed to ask the parent was destroyed.",
        (
            *CONTACT,
            Field("kept", Scope.CASE, Kind.TEXTS),
            Field("parts", Scope.CASE, Kind.INTEGER),
        ),
    ),
    _event(
        "parental_consent.requested",
        "The notice went to the parent.",
        (
            *_CHOICES,
            Field("channel", Scope.CASE),
            Field("due_at", Scope.CASE, Kind.INSTANT),
        ),
    ),
    _event(
        "parental_consent.chosen",
        "A parent chose what is allowed; how they prove to be the parent is still to come.",
        (*_CHOICES, _METHOD, Field("signed_name", Scope.PROOF, max_length=200)),
    ),
    _event(
        "parental_consent.evidence_received",
        "What proves that it is the parent arrived.",
        (
            _METHOD,
            Field("sha256", Scope.PROOF),
            Field("bytes", Scope.PROOF, Kind.INTEGER),
            Field("media_type", Scope.PROOF),
        ),
    ),
    _event("parental_consent.confirmation_sent", "The second message went out.", (_METHOD,)),
    _event(
        "parental_consent.check_started",
        "The parent was sent to whoever checks.",
        (_METHOD, Field("provider", Scope.CASE), Field("session", Scope.PROOF)),
    ),
    _event(
        "parental_consent.check_failed",
        "A check did not show that it is the parent.",
        (_METHOD, Field("reason", Scope.CASE, max_length=200)),
    ),
    _event(
        "parental_consent.verified",
        "It is verified that a parent consented.",
        (
            *_CHOICES,
            _METHOD,
            Field("evidence", Scope.CASE, Kind.CHOICE, choices=("kept", "destroyed", "none")),
            Field("signed_name", Scope.PROOF, max_length=200),
            Field("attested", Scope.PROOF, max_length=2_000),
            Field("session", Scope.PROOF),
        ),
    ),
    _event(
        "parental_consent.refused",
        "A parent said no.",
        (Field("reason", Scope.CASE, max_length=200),),
    ),
    _event("parental_consent.expired", "No parent answered in time."),
    _event("parental_consent.changed", "A parent changed what is allowed.", _CHOICES),
    _event(
        "parental_consent.withdrawn",
        "A parent took the consent back.",
        (Field("successor", Scope.CASE),),
    ),
    _event(
        "parental_consent.disputed",
        "Somebody else who says to be a parent told us of the child; the consent rests.",
    ),
    _event("parental_consent.shown", "A parent looked at what is held.", (_METHOD,)),
    _event(
        "parental_consent.evidence_destroyed",
        "What proved that it is the parent was destroyed, as the method demands.",
        (_METHOD, Field("sha256", Scope.CASE), Field("ground", Scope.CASE)),
    ),
    EventType("parental_consent.given", "A purpose is allowed by the parent.", _GIVEN),
    EventType("parental_consent.withheld", "A purpose is not allowed by the parent.", _GIVEN),
)
