"""Events of the services of authorised agents."""

from privacy_engine.log.catalogue.model import EventType, Field, Kind
from privacy_engine.log.event import Scope

TYPES = (
    EventType(
        "agent.changed",
        "An agent's service was let in, got a token, changed its key or was removed.",
        (
            Field("agent", Scope.INSTANCE, required=True, max_length=64),
            Field("change", Scope.INSTANCE, required=True),
        ),
        names_subject=False,
    ),
    EventType(
        "agent_request.received",
        "A request came from an agent's service; how the agent knows it, and where it is told.",
        (
            Field("case", Scope.CASE, required=True),
            Field("request_id", Scope.CASE, required=True),
            Field("agent", Scope.CASE, required=True, max_length=64),
            Field("business", Scope.CASE, max_length=64),
            Field("exercise", Scope.CASE),
            Field("regime", Scope.CASE),
            Field("relationships", Scope.CASE, Kind.TEXTS, max_length=20),
            Field("agent_request_id", Scope.CASE),
            Field("status_callback", Scope.CASE, max_length=2_000),
        ),
        names_subject=False,
    ),
    EventType(
        "agent_request.told",
        "The agent's service was told how its request stands, or cannot be told.",
        (
            Field("case", Scope.CASE, required=True),
            Field("status", Scope.CASE),
            Field("digest", Scope.CASE, max_length=64, note="SHA-256 of what was said"),
            Field("outcome", Scope.CASE, max_length=64),
        ),
        names_subject=False,
    ),
)
