"""The connector of files: what a name says is a person's goes whole, else row by row."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from privacy_engine.connectors.files import content
from privacy_engine.connectors.files.content import Finder, Match, Part
from privacy_engine.connectors.files.naming import wanted
from privacy_engine.connectors.files.store import Store, Stored, Unreadable
from privacy_engine.connectors.protocol import (
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Identifiers,
    Located,
    MaskedRow,
    NeedsDecision,
    Progress,
    Record,
    Severity,
    TableCount,
    kept_by_officer,
    kept_whole,
)
from privacy_engine.connectors.readable import readable
from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import System
from privacy_engine.instance.data_map_kinds import FilesRule

_LARGEST_DOCUMENT = 64 * 1024 * 1024
_LONGEST_TEXT = 256 * 1024
_KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".eml": "letter",
}
_DOCUMENTS = frozenset({"json", "letter"})
_SAMPLE = 5
_UNREAD = "{} that are no text (archives, PDF), broken or cut off were not searched inside"
_MOST_TRIED = 1_000
_TRIED_WHOLE = 1024 * 1024  # what a test of the system reads to its end
_REASON = "the person's address stands in it, but nothing says that it is theirs"
_SHARED = "only a telephone or device matches, and the row names somebody else"


@dataclass(frozen=True)
class _Hit:
    """What one file has of the person; `own` is None where the whole file is theirs."""

    rule: FilesRule
    stored: Stored
    own: int | None
    mentions: int = 0
    shared: int = 0


@dataclass
class _Looked:
    """How many files of each rule are no text, so that nobody could look inside."""

    unread: Counter[str] = field(default_factory=Counter)

    @property
    def messages(self) -> tuple[str, ...]:
        listed = sorted(self.unread.items())
        return tuple(f"{files}: {_UNREAD.format(count)}" for files, count in listed)


@dataclass(frozen=True)
class FilesConnector:
    """The files of one system. Each file is changed whole or not at all, one after the other."""

    system: System
    url: str
    root: Path
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """Everything but correcting: a file says nothing of its own fields."""
        return Capabilities(correct=False, searchable=self.system.searchable)

    def _store(self) -> Store:
        store = Store(self.url, root=self.root, options=self.options)
        store.check()
        return store

    def locate(self, identifiers: Identifiers) -> Located:
        """Count the person's files and rows; what only mentions them waits for a decision."""
        store = self._store()
        looked = _Looked()
        hits = list(self._hits(store, identifiers, looked))
        return Located(
            self.system.code,
            counts=_counts(hits),
            needs_decision=_undecided(hits, frozenset(), frozenset()),
            sample=tuple(
                MaskedRow(hit.rule.files, (("bytes", str(hit.stored.size)),))
                for hit in hits[:_SAMPLE]
            ),
            messages=looked.messages,
            unread=sum(looked.unread.values()),
        )

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Yield each file that is the person's, and each row; nothing that only mentions them."""
        store = self._store()
        for rule in self.system.files:
            finder = Finder(rule, identifiers)
            for stored in self._files(store, rule, identifiers):
                if rule.is_named:
                    yield Record(rule.series, rule.files, readable(_described(store, stored)))
                    continue
                with suppress(Unreadable):
                    for part in self._parts(store, rule, stored, finder=finder):
                        if part.match is Match.OWN:
                            yield Record(rule.series, rule.files, readable(part.values))

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Refuse: nothing says which part of a file holds what.

        Raises:
            Conflict: always.
        """
        del identifiers, corrections
        raise Conflict(f"files in {self.system.code} are corrected by a person")

    def delete(
        self, identifiers: Identifiers, order: DeleteOrder, *, progress: Progress | None = None
    ) -> Deleted:
        """Delete whole files by name, and rows out of files that hold others' too.

        A crash in between leaves some files done and the rest as they were; the repeat finds the
        rest. Kept series stay, with their ground.
        """
        store = self._store()
        if not order.dry_run:
            store.sweep()
        kept = {item.series: item for item in order.kept}
        hits = list(self._hits(store, identifiers, _Looked()))
        going = [hit for hit in hits if hit.rule.series not in kept]
        also = frozenset(rule.files for rule in self.system.files if rule.delete_mentions)
        go, stays = order.decided_to_go, order.decided_to_stay
        also |= go
        if not order.dry_run:
            for number, hit in enumerate(going, start=1):
                gone = {Match.OWN} | ({Match.MENTION} if hit.rule.files in also else set())
                gone |= {Match.SHARED} if hit.rule.files in go else set()
                self._remove(store, hit, identifiers, gone=frozenset(gone))
                if progress is not None:
                    progress(hit.rule.files, number, len(going))
            for rule in self.system.files:
                if rule.series not in kept:
                    for one in wanted(rule.files, identifiers):
                        store.prune(one)
        stayed = [item for item in _undecided(going, also, go) if item.table in stays]
        waiting = _undecided(going, also | stays, go | stays)
        return Deleted(
            self.system.code,
            dry_run=order.dry_run,
            removed=_counts(going, also, go),
            retained=(
                *kept_by_officer(stayed),
                *(
                    ground
                    for item in _counts(hits)
                    if item.series in kept
                    for ground in kept_whole([item], kept[item.series])
                ),
            ),
            needs_decision=waiting,
            done=not waiting,
        )

    def plant(self, sentinel: Sentinel) -> int:
        """Write the files of an invented person, those that are not there yet."""
        store = self._store()
        for planting in self.system.sentinel:
            text = dict(planting.values).get("text", "A drill: {name} is invented.")
            store.write_new(sentinel.fill(planting.place), sentinel.fill(str(text)))
        return len(self.system.sentinel)

    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield every address in the declared columns of files that are read row by row.

        A file whose name says whose it is is not listed: where in a name an address ends cannot
        be told without knowing the address.
        """
        store = self._store()
        nobody = Identifiers()
        for rule in self.system.files:
            if rule.is_named or not rule.identities:
                continue
            finder = Finder(rule, nobody)
            for stored in self._files(store, rule, nobody):
                with suppress(Unreadable):
                    for part in self._parts(store, rule, stored, finder=finder):
                        for address in finder.addresses(part.values):
                            if "@" in address:
                                yield "email", address

    def attest(self) -> Attestation:
        """Say how files are deleted."""
        return Attestation(
            self.system.code,
            method="files removed by name; rows removed by writing their file anew",
            searchable=self.system.searchable,
        )

    def test(self) -> tuple[Finding, ...]:
        """Look whether the folder is there, what in it cannot be searched, and old versions."""
        findings: list[Finding] = []
        try:
            store = self._store()
            if store.keeps_versions():
                message = (
                    "the bucket keeps old versions: a deletion leaves them; let its lifecycle "
                    "rules end them, and say so in the retention schedule"
                )
                findings.append(Finding(Severity.WARNING, message))
            findings += self._unsearchable(store)
        except EngineError as error:
            return (Finding(Severity.FAULT, error.detail),)
        return tuple(findings)

    def _unsearchable(self, store: Store) -> Iterator[Finding]:
        """Yield the patterns under which lie files that nobody can look into."""
        nobody = Identifiers()
        for rule in self.system.files:
            if rule.is_named:
                continue
            listed = islice(self._files(store, rule, nobody), _MOST_TRIED)
            if count := sum(not self._can_look(store, rule, one) for one in listed):
                message = f"{_UNREAD.format(count)}: no deletion here is called erased"
                yield Finding(Severity.WARNING, message, table=rule.files)

    def _can_look(self, store: Store, rule: FilesRule, stored: Stored) -> bool:
        if not store.is_text(stored):
            return False
        if stored.size > _TRIED_WHOLE:
            return True
        try:
            for _ in self._parts(store, rule, stored, finder=Finder(rule, Identifiers())):
                pass
        except Unreadable:
            return False
        return True

    # Searching ---------------------------------------------------------------------------

    def _files(self, store: Store, rule: FilesRule, identifiers: Identifiers) -> Iterator[Stored]:
        seen: set[str] = set()
        for one in wanted(rule.files, identifiers):
            for stored in store.find(one):
                if stored.path not in seen:
                    seen.add(stored.path)
                    yield stored

    def _hits(self, store: Store, identifiers: Identifiers, looked: "_Looked") -> Iterator[_Hit]:
        for rule in self.system.files:
            finder = Finder(rule, identifiers)
            for stored in self._files(store, rule, identifiers):
                if rule.is_named:
                    yield _Hit(rule, stored, own=None)
                    continue
                try:
                    found = Counter(
                        part.match for part in self._parts(store, rule, stored, finder=finder)
                    )
                except Unreadable:
                    looked.unread[rule.files] += 1
                    continue
                if found[Match.OWN] or found[Match.MENTION] or found[Match.SHARED]:
                    more = found[Match.MENTION], found[Match.SHARED]
                    yield _Hit(rule, stored, found[Match.OWN], *more)

    def _parts(
        self, store: Store, rule: FilesRule, stored: Stored, *, finder: Finder
    ) -> Iterator[Part]:
        kind = _kind(stored)
        if kind in _DOCUMENTS:
            yield from _document(store, stored, rule, finder=finder).records
            return
        with store.lines(stored) as lines:
            yield from content.parts(kind, lines, finder)

    # Deleting ----------------------------------------------------------------------------

    def _remove(
        self, store: Store, hit: _Hit, identifiers: Identifiers, *, gone: frozenset[Match]
    ) -> None:
        if hit.own is None:
            store.remove(hit.stored)
            return
        counts = {Match.OWN: hit.own, Match.MENTION: hit.mentions, Match.SHARED: hit.shared}
        if not any(counts[match] for match in gone):
            return
        finder = Finder(hit.rule, identifiers)
        if _kind(hit.stored) not in _DOCUMENTS:
            with store.lines(hit.stored) as lines:
                parts = content.parts(_kind(hit.stored), lines, finder)
                store.replace(hit.stored, (part.raw for part in parts if part.match not in gone))
            return
        found = _document(store, hit.stored, hit.rule, finder=finder)
        if found.whole:
            store.remove(hit.stored)
        else:
            store.replace(hit.stored, [content.without(found, hit.rule, gone)])


def _kind(stored: Stored) -> str:
    return _KINDS.get(Path(stored.path).suffix.lower(), "text")


def _document(
    store: Store, stored: Stored, rule: FilesRule, *, finder: Finder
) -> content.Document:
    if stored.size > _LARGEST_DOCUMENT:
        raise Unreadable("a JSON file is too large to be searched; write it as JSON lines")
    text = store.text(stored)
    if _kind(stored) == "letter":
        return content.letter(text, finder)
    return content.document(text, rule, finder)


def _described(store: Store, stored: Stored) -> dict[str, object]:
    """Return what a person gets to read of a file of theirs; text only where it is one."""
    body = store.read(stored)
    values: dict[str, object] = {
        "file": stored.path,
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return values
    return values | ({"text": text} if len(body) <= _LONGEST_TEXT and "\0" not in text else {})


def _counts(
    hits: list[_Hit],
    also: frozenset[str] = frozenset(),
    shared: frozenset[str] = frozenset(),
) -> tuple[TableCount, ...]:
    """Count whole files and rows per rule; mentions too for the rules in `also`, and so on."""
    found: Counter[tuple[str, str]] = Counter()
    for hit in hits:
        rows = 1 if hit.own is None else hit.own
        rows += hit.mentions if hit.rule.files in also else 0
        rows += hit.shared if hit.rule.files in shared else 0
        found[hit.rule.files, hit.rule.series] += rows
    return tuple(TableCount(*key, count) for key, count in sorted(found.items()) if count)


def _undecided(
    hits: list[_Hit], settled: frozenset[str], decided: frozenset[str]
) -> tuple[NeedsDecision, ...]:
    """Return what waits: mentions but for the rules in `settled`, shared rows for `decided`."""
    found: Counter[tuple[str, str, str]] = Counter()
    for hit in hits:
        place = hit.rule.files, hit.rule.series
        if hit.rule.files not in settled:
            found[*place, _REASON] += hit.mentions
        if hit.rule.files not in decided:
            found[*place, _SHARED] += hit.shared
    return tuple(
        NeedsDecision(files, series, count, reason)
        for (files, series, reason), count in sorted(found.items())
        if count
    )
