"""Events about messages, in and out."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

TYPES = (
    EventType(
        "message.received",
        "A person wrote to the site or to us.",
        (
            Field(
                "channel",
                Scope.PERSON,
                Kind.CHOICE,
                required=True,
                choices=("contact_form", "chat", "review", "email", "support"),
            ),
            Field("text", Scope.PERSON, required=True, max_length=100_000),
        ),
        reported=True,
        browser=True,
    ),
    EventType(
        "message.sent",
        "A letter went out.",
        (
            Field("case", Scope.CASE),
            Field("template", Scope.CASE, required=True),
            Field("step", Scope.CASE),
            Field("transport", Scope.CASE),
            Field("message_id", Scope.CASE),
            Field("subject_line", Scope.PERSON, max_length=500),
            Field("body", Scope.PERSON, max_length=100_000),
            Field("address", Scope.PERSON, max_length=320),
        ),
    ),
    EventType(
        "link.sent",
        "A fresh link to somebody's choices or request went out.",
        (
            Field("template", Scope.INSTANCE, required=True),
            Field("subject_line", Scope.PERSON, max_length=500),
            Field("body", Scope.PERSON, max_length=100_000),
            Field("address", Scope.PERSON, max_length=320),
        ),
    ),
    EventType(
        "message.quarantined",
        "A message holds what people were asked not to send; nobody reads it without a reason.",
        (
            Field("message", Scope.INSTANCE, required=True),
            Field("kinds", Scope.PERSON, Kind.TEXTS),
        ),
    ),
    EventType(
        "writer.told",
        "A writer was told that their message holds what they were asked not to send.",
        (
            Field("template", Scope.INSTANCE, required=True),
            Field("subject_line", Scope.PERSON, max_length=500),
            Field("body", Scope.PERSON, max_length=100_000),
            Field("address", Scope.PERSON, max_length=320),
        ),
    ),
    EventType(
        "message.opened",
        "Somebody of the staff read sealed text, and why.",
        (
            Field("opened_event", Scope.INSTANCE, required=True),
            Field("reason", Scope.INSTANCE, max_length=200),
        ),
        names_subject=False,
    ),
)
