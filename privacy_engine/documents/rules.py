"""When a version of a document is in force, what may be published, and who must hear of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.canonical import canonical_faults
from privacy_engine.instance.terms import Reconsent


class Version(Protocol):
    """What the rules need to know of a version; content and published rows both have it."""

    @property
    def version(self) -> str:
        """The version's name."""

    @property
    def sha256(self) -> str:
        """The hash of its whole canonical source, in hex."""

    @property
    def effective_at(self) -> datetime:
        """The aware instant from which it is in force."""

    @property
    def material(self) -> bool:
        """Whether it changes something that matters to people."""

    @property
    def reconsent(self) -> Reconsent:
        """What a material change asks of people who accepted an earlier version."""

    @property
    def grace_days(self) -> int:
        """For how long an earlier acceptance still counts after `effective_at`."""


V = TypeVar("V", bound=Version)


@dataclass(frozen=True)
class Showing:
    """The latest version that one person saw or accepted; `subject` is an internal id."""

    subject: str
    version: str
    at: datetime


@dataclass(frozen=True)
class Telling:
    """One person who must be told of a version, and whether a new yes is needed."""

    subject: str
    version: str
    reconsent: Reconsent


def canonical_text(path: str, data: bytes) -> str:
    """Return the bytes of a document as text when they are canonical.

    Raises:
        InvalidInput: they are not; the sentence names the first line that is at fault. Nothing is
            mended: what is hashed must be what the author saw.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8") from None
    for fault in canonical_faults(path, text):
        raise InvalidInput(str(fault))
    return text


def in_force(versions: Iterable[V], *, at: datetime) -> V | None:
    """Return the version in force at the aware instant `at`, or None before the first.

    A version holds from its `effective_at`, that instant included, up to the next one's.
    """
    begun = [item for item in versions if item.effective_at <= at]
    return max(begun, key=lambda item: item.effective_at, default=None)


def check_publication(
    new: Version,
    published: Sequence[Version],
    *,
    now: datetime,
    told_at: datetime | None,
    may_begin_at: datetime | None = None,
) -> None:
    """Pass when `new` may be published at `now` beside what is `published` in its language.

    `told_at` is when the prominent notice of a material change was put up, if it was;
    `may_begin_at` when the time that the instance gives people to read it is over.

    1. A version's name is given once: the same name with other bytes is refused.
    2. No two versions begin at the same instant.
    3. A version never begins before one that is already in force: that would rewrite what
       people agreed to.
    4. A material change begins after its notice and the time to read it, and never in the past
       (SP-17).

    Raises:
        Conflict: the first of these that does not hold.
    """
    others = [item for item in published if item.version != new.version]
    for item in published:
        if item.version == new.version and item.sha256 != new.sha256:
            raise Conflict(f"version {new.version} is published already with other bytes")
    if any(item.effective_at == new.effective_at for item in others):
        raise Conflict("another version begins at the same moment")
    current = in_force(others, at=now)
    if current is not None and new.effective_at < current.effective_at:
        raise Conflict(f"version {current.version} is in force and began later")
    if new.material and current is not None:
        _check_notice(new, now=now, told_at=told_at, may_begin_at=may_begin_at)


def _check_notice(
    new: Version, *, now: datetime, told_at: datetime | None, may_begin_at: datetime | None
) -> None:
    # 4.
    if told_at is None or told_at > new.effective_at:
        raise Conflict("a material change begins only after a notice of it was put up")
    if new.effective_at < now:
        raise Conflict("a material change cannot begin in the past")
    if may_begin_at is not None and new.effective_at < may_begin_at:
        day = f"{may_begin_at:%Y-%m-%d}"
        raise Conflict(f"people have until {day} to read the notice; it begins too early")


def still_counts(accepted: str, versions: Sequence[Version], *, at: datetime) -> bool:
    """Return whether an acceptance of version `accepted` still counts at the instant `at`.

    It stops counting when a later material version that requires a new yes has been in force
    for longer than its grace. An acceptance of a version that is not listed never counts.
    """
    return any(item.version == accepted for item in versions) and not any(
        item.reconsent is Reconsent.REQUIRED
        and item.effective_at + timedelta(days=item.grace_days) <= at
        for item in _material_since(accepted, versions)
    )


def to_tell(showings: Iterable[Showing], versions: Sequence[Version]) -> tuple[Telling, ...]:
    """Return who must be told of a material version newer than the one they saw.

    Each person is named once, with the newest such version and the strictest demand among all
    that they missed: a mere notice does not hide an earlier demand for a new yes.
    """
    latest: dict[str, Showing] = {}
    order = {item.version: item.effective_at for item in versions}
    for showing in showings:
        held = latest.get(showing.subject)
        if held is None or _rank(showing, order) > _rank(held, order):
            latest[showing.subject] = showing
    tellings = (_telling(showing, versions) for showing in latest.values())
    return tuple(sorted(filter(None, tellings), key=lambda item: item.subject))


def _rank(showing: Showing, order: dict[str, datetime]) -> tuple[bool, datetime]:
    """Return how new the shown version is; an unlisted one is older than any."""
    known = order.get(showing.version)
    return known is not None, known or showing.at


def _telling(showing: Showing, versions: Sequence[Version]) -> Telling | None:
    missed = _material_since(showing.version, versions)
    if not missed:
        return None
    required = any(item.reconsent is Reconsent.REQUIRED for item in missed)
    demand = Reconsent.REQUIRED if required else Reconsent.NOTICE
    newest = max(missed, key=lambda item: item.effective_at)
    return Telling(showing.subject, newest.version, demand)


def _material_since(version: str, versions: Sequence[Version]) -> list[Version]:
    """Return the material versions that begin after `version`; all of them when it is unlisted."""
    begins = [item.effective_at for item in versions if item.version == version]
    return [
        item
        for item in versions
        if item.material and (not begins or item.effective_at > max(begins))
    ]
