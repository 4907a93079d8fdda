"""A mailbox read over IMAP: a person's messages found by address, copied, and deleted on order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from imapclient import SEEN, IMAPClient

from privacy_engine import clock, imap
from privacy_engine.connectors.mail_messages import (
    HEADERS,
    Head,
    batches,
    criteria,
    head_of,
    readable_message,
)
from privacy_engine.connectors.protocol import (
    REQUEST_RECORD,
    WRITTEN_SINCE,
    Attestation,
    Capabilities,
    Corrected,
    Correction,
    Deleted,
    DeleteOrder,
    Finding,
    Ground,
    Identifiers,
    KeptSeries,
    Located,
    NeedsDecision,
    Progress,
    Record,
    Severity,
    TableCount,
    kept_by_officer,
    kept_whole,
)
from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import System
from privacy_engine.instance.data_map_kinds import MailboxRules
from privacy_engine.law.periods import add, parse

_MOST_MESSAGES = 50_000
_GROUPS = ("own", "shared", "ours", "theirs")
_RECORDS, _RECORDS_FOR = "11 CCR 7101(a)", parse("P24M")
"""How long records of requests are kept, at least."""
_REASON = "others outside the organisation take part in these messages"


@dataclass(frozen=True)
class _Found:
    """The person's messages in one folder, by UID; `shared` are those with others in them.

    `ours` and `theirs` were written since the deletion, by us and by others.
    """

    folder: str
    own: tuple[int, ...]
    shared: tuple[int, ...]
    ours: tuple[int, ...] = ()
    theirs: tuple[int, ...] = ()


@dataclass(frozen=True)
class MailboxConnector:
    """One mailbox, by a connection for each call.

    Since `deleted_at`, the moment of a deletion, we wrote to the person about it, and they may
    have written again, unread by anybody. Both stay: they are no residue, and said to be there.
    """

    system: System
    url: str
    password: str = field(repr=False)
    deleted_at: datetime | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Everything but correcting: a message is as it was written."""
        return Capabilities(correct=False, searchable=self.system.searchable)

    @property
    def _rules(self) -> MailboxRules:
        return self.system.mailbox or MailboxRules()

    @property
    def _series(self) -> str:
        return self.system.series[0] if self.system.series else ""

    def locate(self, identifiers: Identifiers) -> Located:
        """Count the messages that the person wrote or got, folder by folder."""
        with self._open() as server:
            found = list(self._search(server, identifiers))
        return Located(
            self.system.code,
            counts=self._counts((item.folder, len(item.own)) for item in found),
            needs_decision=self._undecided(found),
            since=self._since(found),
        )

    def copy(self, identifiers: Identifiers) -> Iterator[Record]:
        """Yield the messages that nobody outside but the person has part in."""
        with self._open() as server:
            for found in self._search(server, identifiers):
                server.select_folder(found.folder, readonly=True)
                for uids in batches(found.own):
                    for _, item in sorted(server.fetch(uids, ["BODY.PEEK[]"]).items()):
                        yield Record(self._series, found.folder, readable_message(item[b"BODY[]"]))

    def correct(self, identifiers: Identifiers, corrections: tuple[Correction, ...]) -> Corrected:
        """Refuse: a message is evidence of what was written.

        Raises:
            Conflict: always.
        """
        del identifiers, corrections
        raise Conflict(f"messages in {self.system.code} are not rewritten")

    def delete(
        self, identifiers: Identifiers, order: DeleteOrder, *, progress: Progress | None = None
    ) -> Deleted:
        """Delete the person's messages for good, in every folder; the bin is a folder too.

        A crash in between leaves some folders done; the repeat finds the rest.

        Raises:
            Conflict: the server can only expunge everything that anybody marked as deleted.
        """
        decided = order.decided_to_go
        kept = order.kept_of(self.system.series)
        with self._open() as server:
            found = list(self._search(server, identifiers))
            if kept is not None:
                return self._kept(found, kept, dry_run=order.dry_run)
            gone = [
                (item.folder, item.own + (item.shared if self._goes(item, decided) else ()))
                for item in found
            ]
            if not order.dry_run:
                for number, (folder, uids) in enumerate(gone, start=1):
                    _expunge(server, folder, uids)
                    if progress is not None:
                        progress(folder, number, len(gone))
        stays = order.decided_to_stay
        waiting = [item for item in found if not self._goes(item, decided)]
        left = self._undecided([item for item in waiting if item.folder not in stays])
        stayed = self._undecided([item for item in waiting if item.folder in stays])
        return Deleted(
            self.system.code,
            dry_run=order.dry_run,
            removed=self._counts((folder, len(uids)) for folder, uids in gone),
            retained=kept_by_officer(stayed),
            needs_decision=left,
            done=not left,
        )

    def plant(self, sentinel: Sentinel) -> int:
        """Put the messages of an invented person into their folders, read, once.

        Raises:
            Conflict: the mailbox has no such folder.
        """
        with self._open() as server:
            for number, planting in enumerate(self.system.sentinel):
                if not server.folder_exists(planting.place):
                    raise Conflict(f"the mailbox has no folder {planting.place!r} to plant in")
                made = self._letter(sentinel, number, dict(planting.values))
                server.select_folder(planting.place, readonly=True)
                if not server.search(["HEADER", "Message-ID", made["Message-ID"]]):
                    server.append(planting.place, made.as_bytes(policy=SMTP), flags=[SEEN])
        return len(self.system.sentinel)

    def _letter(
        self, sentinel: Sentinel, number: int, values: Mapping[str, str | int]
    ) -> EmailMessage:
        made = EmailMessage()
        made["From"] = Address(sentinel.name, addr_spec=sentinel.email)
        if us := next((one for one in self._ours() if self._is_ours(one)), ""):
            made["To"] = us
        made["Subject"] = sentinel.fill(str(values.get("subject", "A drill")))
        made["Message-ID"] = f"<{sentinel.device}.{number}@drills.invalid>"
        made["Date"] = format_datetime(clock.now())
        made["Auto-Submitted"] = "auto-generated"  # nobody takes it for a request
        made.set_content(sentinel.fill(str(values.get("text", "A drill: {name} is invented."))))
        return made

    def _ours(self) -> Iterator[str]:
        """Yield addresses at which this mailbox may be written to."""
        yield unquote(urlsplit(self.url).username or "")
        yield from (one for one in self._rules.own if not one.startswith("@"))

    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield the address of every message that one person outside has with us.

        Messages of several people are left out: whether such a message stays when one of them is
        erased was decided then. So are letters that a program of ours wrote: the last of them goes
        to whoever was erased, and brings nobody back.
        """
        with self._open() as server:
            for folder in self._folders(server):
                server.select_folder(folder, readonly=True)
                for _, head in _heads(server, server.search("ALL")):
                    outside = [one for one in head.parties if not self._is_ours(one)]
                    by_itself = head.is_automatic and head.is_from(self._is_ours)
                    if len(outside) == 1 and not by_itself:
                        yield "email", outside[0]

    def attest(self) -> Attestation:
        """Say how messages are deleted."""
        return Attestation(
            self.system.code,
            method="IMAP: marked as deleted and expunged by UID, in every folder",
            searchable=self.system.searchable,
        )

    def test(self) -> tuple[Finding, ...]:
        """Sign in, and look whether single messages can be expunged."""
        try:
            with self._open() as server:
                folders = {name for _, _, name in server.list_folders()}
                able = server.has_capability("UIDPLUS")
        except EngineError as error:
            return (Finding(Severity.FAULT, error.detail),)
        findings = [
            Finding(Severity.FAULT, "the mailbox has no folder of this name", table=name)
            for name in self._rules.folders
            if name not in folders
        ]
        if not able:
            message = "the server cannot expunge single messages (UIDPLUS): nothing is deleted"
            findings.append(Finding(Severity.FAULT, message))
        return tuple(findings)

    # Searching ---------------------------------------------------------------------------

    def _open(self) -> AbstractContextManager[IMAPClient]:
        return imap.signed_in(self.url, self.password, who=self.system.code)

    def _search(self, server: IMAPClient, identifiers: Identifiers) -> Iterator[_Found]:
        wanted = {item.strip().casefold() for item in identifiers.emails}
        if not wanted:
            return
        for folder in self._folders(server):
            server.select_folder(folder, readonly=True)
            uids = sorted({uid for one in wanted for uid in server.search(criteria(one), "UTF-8")})
            if len(uids) > _MOST_MESSAGES:
                raise Conflict(f"more than {_MOST_MESSAGES} messages are to be looked through")
            groups: dict[str, list[int]] = {}
            for uid, head in _heads(server, uids):
                # A server finds parts of words: ann@x.example also finds joann@x.example.
                if head.parties & wanted:
                    groups.setdefault(self._group(head, wanted), []).append(uid)
            if groups:
                yield _Found(folder, *(tuple(groups.get(name, ())) for name in _GROUPS))

    def _group(self, head: Head, wanted: set[str]) -> str:
        if self.deleted_at and head.written_at and head.written_at > self.deleted_at:
            return "ours" if head.is_from(self._is_ours) else "theirs"
        others = {one for one in head.parties - wanted if not self._is_ours(one)}
        return "shared" if others else "own"

    def _folders(self, server: IMAPClient) -> list[str]:
        listed = [name for flags, _, name in server.list_folders() if b"\\Noselect" not in flags]
        wanted = self._rules.folders
        return [name for name in sorted(listed) if not wanted or name in wanted]

    def _is_ours(self, address: str) -> bool:
        domain = "@" + address.rpartition("@")[2]
        return address in self._rules.own or domain in self._rules.own

    # Counting ----------------------------------------------------------------------------

    def _goes(self, found: _Found, decided: frozenset[str]) -> bool:
        return self._rules.delete_shared or found.folder in decided

    def _counts(self, found: Iterable[tuple[str, int]]) -> tuple[TableCount, ...]:
        total: Counter[str] = Counter()
        for folder, count in found:
            total[folder] += count
        listed = sorted(total.items())
        return tuple(TableCount(folder, self._series, count) for folder, count in listed if count)

    def _undecided(self, found: list[_Found]) -> tuple[NeedsDecision, ...]:
        counts = self._counts((item.folder, len(item.shared)) for item in found)
        return tuple(
            NeedsDecision(item.table, item.series, item.count, _REASON) for item in counts
        )

    def _since(self, found: list[_Found]) -> tuple[Ground, ...]:
        if self.deleted_at is None:
            return ()
        until = add(_RECORDS_FOR, to=self.deleted_at.date())
        ours = self._counts((item.folder, len(item.ours)) for item in found)
        theirs = self._counts((item.folder, len(item.theirs)) for item in found)
        return (
            *(Ground(*_place(item), REQUEST_RECORD, _RECORDS, until) for item in ours),
            *(Ground(*_place(item), WRITTEN_SINCE, "") for item in theirs),
        )

    def _kept(self, found: list[_Found], kept: KeptSeries, *, dry_run: bool) -> Deleted:
        counts = self._counts((item.folder, len(item.own) + len(item.shared)) for item in found)
        return Deleted(
            self.system.code,
            dry_run=dry_run,
            retained=kept_whole(counts, kept),
        )


def _heads(server: IMAPClient, uids: Iterable[int]) -> Iterator[tuple[int, Head]]:
    for some in batches(uids):
        for uid, item in sorted(server.fetch(some, [HEADERS]).items()):
            raw = next(value for name, value in item.items() if name.startswith(b"BODY["))
            yield uid, head_of(raw)


def _place(item: TableCount) -> tuple[str, str, int]:
    return item.table, item.series, item.count


def _expunge(server: IMAPClient, folder: str, uids: tuple[int, ...]) -> None:
    """Remove these messages and no others that somebody may have marked as deleted."""
    if not uids:
        return
    if not server.has_capability("UIDPLUS"):
        raise Conflict("the mailbox cannot expunge single messages; a person has to delete them")
    server.select_folder(folder)
    for some in batches(uids):
        server.delete_messages(some)
        server.uid_expunge(some)
