"""What one thing that waits for a person is, for the first screen."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what to do, where, why, since when; `state` is a state code."""

    verb: str
    url: str
    state: str
    why: str
    since_at: datetime | None
