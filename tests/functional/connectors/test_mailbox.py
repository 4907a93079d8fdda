"""A person's messages in a real mailbox: found, copied, deleted, and nobody else's touched."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from privacy_engine.connectors.mailbox import MailboxConnector
from privacy_engine.connectors.protocol import Decided, DeleteOrder, Identifiers, KeptSeries
from privacy_engine.connectors.sentinels import Sentinel
from privacy_engine.errors import Conflict, InvalidInput, Unavailable
from privacy_engine.instance.data_map import ConnectorKind, OnDelete, Planting, System
from privacy_engine.instance.data_map_kinds import MailboxRules
from tests.services.imap import ImapAccount, mail_without, message

pytestmark = pytest.mark.functional

ANN = Identifiers(emails=("Ann@tallow.example",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
SYSTEM = System(
    "support",
    "Support",
    ConnectorKind.MAILBOX,
    declared_series=("messages",),
    mailbox=MailboxRules(own=("@listing.example",)),
)
US = "support@listing.example"
INVENTED = Sentinel(
    "privacy+sentinel-ab@listing.example",
    "Sentinel ab",
    "+1 555 0000001",
    "sentinel-ab",
    900_000_001,
    date(2026, 11, 28),
)
WRONG = "not it"


def connector(account: ImapAccount, system: System = SYSTEM) -> MailboxConnector:
    return MailboxConnector(system, url=account.url, password=account.password)


@pytest.fixture
def box(imap_account: ImapAccount) -> ImapAccount:
    imap_account.put(
        message("Ann <ANN@tallow.example>", US, "Help", "My page does not open."),
        message("joann@tallow.example", US, "Other", "Longer name, same end."),
        message("ben@oak.example", US, "Of Ann", "Ask ann@tallow.example about it."),
        message("ben@oak.example", f"{US}, ann@tallow.example", "Both", "We write together."),
    )
    imap_account.put(message(US, "ann@tallow.example", "Re: Help", "Try again."), folder="Sent")
    imap_account.put(message("ann@tallow.example", US, "Old", "Thrown away."), folder="Trash")
    return imap_account


def tables(found: object) -> dict[str, int]:
    return {item.table: item.count for item in found}  # type: ignore[attr-defined]


def test_what_a_person_wrote_or_got_is_found_in_every_folder(box: ImapAccount):
    found = connector(box).locate(ANN)
    assert tables(found.counts) == {"INBOX": 1, "Sent": 1, "Trash": 1}
    assert tables(found.needs_decision) == {"INBOX": 1}
    assert connector(box).test() == ()


def test_a_copy_reads_like_a_letter_and_leaves_out_what_others_wrote(box: ImapAccount):
    rows = list(connector(box).copy(ANN))
    assert [row.values["subject"] for row in rows] == ["Help", "Re: Help", "Old"]
    assert rows[0].values["text"].strip() == "My page does not open."


def test_a_rehearsal_changes_nothing(box: ImapAccount):
    before = box.whole()
    planned = connector(box).delete(ANN, replace(ORDER, dry_run=True))
    assert sum(item.count for item in planned.removed) == 3
    assert box.whole() == before


def test_a_deletion_takes_only_the_persons_and_waits_for_the_shared(box: ImapAccount):
    before = box.whole()
    done = connector(box).delete(ANN, ORDER)
    assert tables(done.removed) == {"INBOX": 1, "Sent": 1, "Trash": 1}
    assert (done.done, tables(done.needs_decision)) == (False, {"INBOX": 1})
    assert box.whole() == mail_without(before, b"Help", b"Re: Help", b"Old")
    decided = replace(ORDER, decided=(Decided("INBOX", OnDelete.DELETE),))
    assert connector(box).delete(ANN, decided).done
    assert connector(box).locate(ANN).found == 0
    assert box.whole() == mail_without(before, b"Help", b"Re: Help", b"Old", b"Both")


def test_shared_messages_that_an_officer_leaves_stay_with_that_ground(box: ImapAccount):
    before = box.whole()
    decided = replace(ORDER, decided=(Decided("INBOX", OnDelete.KEEP),))
    done = connector(box).delete(ANN, decided)
    assert (done.done, done.needs_decision) == (True, ())
    assert tables(done.retained) == {"INBOX": 1}
    assert done.retained[0].ground == "officer_decision"
    assert box.whole() == mail_without(before, b"Help", b"Re: Help", b"Old")


def dated(sender: str, to: str, subject: str, at: datetime, **more: str) -> EmailMessage:
    return message(sender, to, subject, "A word.", Date=format_datetime(at), **more)


def test_what_was_written_since_the_deletion_stays_and_is_no_residue(box: ImapAccount):
    gone_at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    before, after = gone_at - timedelta(days=9), gone_at + timedelta(minutes=1)
    alone = replace(ORDER, decided=(Decided("INBOX", OnDelete.DELETE),))
    assert connector(box).delete(ANN, alone).done
    box.put(dated("ann@tallow.example", US, "I still get your letters", after))
    box.put(dated(US, "ann@tallow.example", "It is done", after), folder="Sent")
    left = box.whole()
    later = replace(connector(box), deleted_at=gone_at)
    found = later.locate(ANN)
    assert (found.found, found.by_table) == (0, {})
    assert [(item.table, item.ground, item.citation, item.until) for item in found.since] == [
        ("Sent", "request_record", "11 CCR 7101(a)", date(2028, 11, 20)),
        ("INBOX", "written_since", "", None),
    ]
    assert later.delete(ANN, ORDER).removed == ()
    assert box.whole() == left, "nobody has read it yet"

    box.put(dated("ann@tallow.example", US, "Help", before))
    box.put(message("ann@tallow.example", US, "Undated", "From a backup."))
    assert later.locate(ANN).by_table == {"INBOX": 2}, "these came back"
    assert tables(later.delete(ANN, ORDER).removed) == {"INBOX": 2}
    assert box.whole() == left


def test_a_message_that_somebody_marked_stays_until_they_say_so(box: ImapAccount):
    with box.signed_in() as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search(["FROM", "joann@tallow.example"]))
    before = box.whole()
    connector(box).delete(ANN, ORDER)
    assert box.whole() == mail_without(before, b"Help", b"Re: Help", b"Old"), "and stays marked"


def test_a_hold_keeps_every_message_with_its_ground(box: ImapAccount):
    before = box.whole()
    hold = KeptSeries("messages", "legal_hold", "CCP 2023.030")
    done = connector(box).delete(ANN, replace(ORDER, kept=(hold,)))
    assert (tables(done.retained), done.removed) == ({"INBOX": 2, "Sent": 1, "Trash": 1}, ())
    assert box.whole() == before


def test_without_an_address_nothing_is_searched(box: ImapAccount):
    assert connector(box).locate(Identifiers(accounts=("7",))).found == 0


def test_a_mailbox_that_refuses_or_is_gone_is_said_so(imap_account: ImapAccount):
    wrong = MailboxConnector(SYSTEM, url=imap_account.url, password=WRONG)
    with pytest.raises(Unavailable, match="refuses its name and password"):
        wrong.locate(ANN)
    gone = MailboxConnector(SYSTEM, url="imap://box@127.0.0.1:1", password=WRONG)
    assert "does not answer" in gone.test()[0].message


def test_a_password_never_travels_in_the_open():
    far = MailboxConnector(SYSTEM, url="imap://box@mail.example:143", password=WRONG)
    with pytest.raises(InvalidInput, match="without encryption"):
        far.locate(ANN)


def test_messages_are_not_corrected(imap_account: ImapAccount):
    with pytest.raises(Conflict, match="not rewritten"):
        connector(imap_account).correct(ANN, ())


def test_an_invented_person_is_planted_once_read_and_taken_out_again(box: ImapAccount):
    planted = (
        Planting("INBOX", (("subject", "For {name}"), ("text", "Born {today}."))),
        Planting("Sent", ()),
    )
    far = connector(box, replace(SYSTEM, sentinel=planted))
    before = box.whole()
    assert [far.plant(INVENTED), far.plant(INVENTED)] == [2, 2]
    assert tables(far.locate(INVENTED.identifiers).counts) == {"INBOX": 1, "Sent": 1}
    (mine,) = [row for row in far.copy(INVENTED.identifiers) if row.table == "INBOX"]
    assert (mine.values["subject"], mine.values["text"].strip()) == (
        "For Sentinel ab",
        "Born 2026-11-28.",
    )
    with box.signed_in() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search(["SEEN", "FROM", INVENTED.email])) == 1, "nobody is called to it"
    assert far.delete(INVENTED.identifiers, ORDER).done
    assert box.whole() == before
    nowhere = replace(SYSTEM, sentinel=(Planting("Nowhere", ()),))
    with pytest.raises(Conflict, match="no folder 'Nowhere'"):
        connector(box, nowhere).plant(INVENTED)


def test_whoever_alone_writes_with_us_is_listed_for_the_nightly_comparison(box: ImapAccount):
    listed = list(connector(box).listed())
    assert sorted(set(listed)) == [
        ("email", "ann@tallow.example"),
        ("email", "ben@oak.example"),
        ("email", "joann@tallow.example"),
    ]
    assert listed.count(("email", "ann@tallow.example")) == 3, "not where others take part"
    ours = message(US, "eve@elm.example", "It is done", "x", Auto_Submitted="auto-generated")
    box.put(ours, folder="Sent")
    assert ("email", "eve@elm.example") not in connector(box).listed(), "our last letter"


@pytest.mark.parametrize(
    ("sender", "others"),
    [
        (b"'ann@tallow.example'", 0),
        (b"=?utf-8?b?YW5uQHRhbGxvdy5leGFtcGxl?=", 0),
        (b'"ann@tallow.example via a form" <form@tool.example>', 1),
    ],
)
def test_a_head_that_is_not_as_the_standard_has_it_hides_nobody(
    imap_account: ImapAccount, sender: bytes, others: int
):
    with imap_account.signed_in() as client:
        client.append("INBOX", b"From: " + sender + b"\r\nSubject: Hi\r\n\r\nHello.\r\n")
        client.append("INBOX", b"From: joann@tallow.example\r\n\r\nHello.\r\n")
    found = connector(imap_account).locate(ANN)
    assert sum(tables(found.counts).values()) == 1 - others
    assert sum(tables(found.needs_decision).values()) == others


@pytest.mark.parametrize(
    ("charset", "body", "reads"),
    [
        ("x-unknown", b"caf\xe9", "café"),
        ("utf-7", b"+2D0-", "\ufffd"),
        ("utf-8", b"a\x01b", "a\ufffdb"),
    ],
)
def test_a_copy_of_a_message_can_be_written_whatever_its_letters(
    imap_account: ImapAccount, charset: str, body: bytes, reads: str
):
    head = f"From: ann@tallow.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    with imap_account.signed_in() as client:
        client.append("INBOX", head.encode() + body + b"\r\n")
    (row,) = connector(imap_account).copy(ANN)
    assert str(row.values["text"]).strip() == reads
