"""Events of the privacy mailbox."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

OUTCOMES = ("request", "message", "automatic", "no_request")
TYPES = (
    EventType(
        "mail.received",
        "A message came into the privacy mailbox; until it is filed, its clock runs.",
        (
            Field("case", Scope.CASE, required=True),
            Field("received_at", Scope.CASE, Kind.INSTANT, required=True),
            Field("message_key", Scope.CASE, required=True, max_length=64),
            Field("message_event", Scope.CASE, max_length=26, note="with the words themselves"),
            Field("suggested", Scope.CASE, max_length=32, note="a right, by its words"),
            Field("about", Scope.CASE, max_length=32, note="a request that it names"),
            Field("attachments", Scope.CASE, Kind.INTEGER),
            Field(
                "attached_sha256",
                Scope.PERSON,
                Kind.TEXTS,
                max_length=20,
                note="of each, in order",
            ),
            Field("subject_line", Scope.PERSON, max_length=500),
            Field("sender_name", Scope.PERSON),
        ),
    ),
    EventType(
        "mail.filed",
        "An officer said what a message was: a request, a word about one, or neither.",
        (
            Field("case", Scope.CASE, required=True),
            Field("outcome", Scope.CASE, Kind.CHOICE, required=True, choices=OUTCOMES),
            Field("request", Scope.CASE, max_length=32),
            Field("reason", Scope.CASE, max_length=500),
        ),
        names_subject=False,
    ),
)
