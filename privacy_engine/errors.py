"""Every error the engine raises on purpose: slug, title, repair and one sentence of detail.

`repair` says to whoever calls the API what to do about it; the page /errors shows it.

Nothing here knows HTTP; `api/problems.py` maps each class to a status in one table.
A detail never carries personal data: it is shown to strangers and written to logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One fault in one field of an input, by RFC 6901 pointer."""

    pointer: str
    detail: str


class EngineError(Exception):
    """The root of the tree; `str(error)` is the one sentence a person reads."""

    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong inside the engine"
    repair: ClassVar[str] = (
        "Nothing was stored. Send it again later; if it stays, tell us the incident id."
    )

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        super().__init__(self.detail)


class InvalidInput(EngineError):
    """The input breaks its schema."""

    slug = "invalid-input"
    title = "The input does not fit its schema"
    repair = "Mend what the detail and the pointers in errors name, and send it again."


class MalformedInput(EngineError):
    """The bytes are not what the content type says."""

    slug = "malformed"
    title = "The body cannot be read"
    repair = "Send JSON in UTF-8, whole, and as the description of the operation says."


class UnsupportedMediaType(EngineError):
    """No reader for this content type."""

    slug = "unsupported-media-type"
    title = "This content type is not taken here"
    repair = "Set the Content-Type to one that the description of the operation lists."


class TooLarge(EngineError):
    """A written limit was passed."""

    slug = "too-large"
    title = "The body is larger than the limit"
    repair = "Split it into smaller parts. The detail names the limit."


class TooMany(EngineError):
    """Come back later; `retry_after_seconds` says when."""

    slug = "too-many-requests"
    title = "Too many requests"
    repair = "Wait as many seconds as the Retry-After header says, and send the same again."

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class UnknownCode(EngineError):
    """A purpose, document, system, series or recipient that the instance does not declare."""

    slug = "unknown-code"
    title = "The instance does not declare this code"
    repair = "Use a code that this organisation has declared. The API description lists them."


class EventConflict(EngineError):
    """Same source and id, other content."""

    slug = "event-conflict"
    title = "An event with this source and id, but other content, is already stored"
    repair = "Give the new event an id of its own. What was stored first stays as it is."


class Unauthenticated(EngineError):
    """No credential, or one that is not known."""

    slug = "unauthenticated"
    title = "A valid key is needed"
    repair = "Send a key in the Authorization header, as Bearer and the key. A key may have ended."


class Forbidden(EngineError):
    """Known, but not allowed."""

    slug = "forbidden"
    title = "This is not allowed with this key"
    repair = "Use a key with the right that the detail names, from an allowed origin."


class NotFound(EngineError):
    """No such thing, or none that the asker may see; the two look the same."""

    slug = "not-found"
    title = "Nothing here under that name"
    repair = "Check the address and the reference. What your key may not see looks the same."


class Conflict(EngineError):
    """The thing is not in a state that allows this."""

    slug = "conflict"
    title = "The present state does not allow this"
    repair = "Read the present state first. The detail says what stands in the way."


class RaceLost(EngineError):
    """Another transaction was first; the same call made again will do."""

    slug = "race-lost"
    title = "Another writer was first; try again"
    repair = "Nothing was stored. Send the same again; it will do."


class GivenUp(EngineError):
    """Work that was under way is no longer wanted; it stops where it is."""

    slug = "given-up"
    title = "This was given up"
    repair = "The work is no longer wanted and was stopped. There is nothing to send again."


class Unavailable(EngineError):
    """A part that is needed cannot be reached; nothing was lost."""

    slug = "unavailable"
    title = "A needed part is not available at the moment"
    repair = "Nothing is lost. Send the same again after the seconds in the Retry-After header."


class VerificationError(EngineError):
    """Something that should verify does not: a proof, a signature, a commitment."""

    slug = "verification-failed"
    title = "This does not verify"


class ContentFaults(EngineError):
    """The instance's own content has faults; `faults` lists every one with file and line."""

    slug = "content-faults"
    title = "The instance's content has faults"

    def __init__(self, faults: Sequence["Fault"]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in the instance's files, for people to mend."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return `file:line: message`."""
        return f"{self.path}:{self.line}: {self.message}"
