"""The privacy mailbox on a real IMAP server: messages become drafts, and faults are told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from imapclient import IMAPClient

from privacy_engine import clock
from privacy_engine.api import health
from privacy_engine.config import Mailbox
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, InvalidInput, Unavailable
from privacy_engine.jobs import schedule, tasks
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Trust
from privacy_engine.rights import drafts, mailbox
from privacy_engine.rights import register as requests
from privacy_engine.transaction import Actor, Role
from tests.factories import OFFICER, broken
from tests.functional.connectors.dying import cutting, dying_after, dying_before, killed
from tests.functional.console.world import Office, words
from tests.services.imap import ImapAccount, message

OURS = "privacy@sessioninprogress.com"
WORDS = "Please delete my data.\n\nMaya"


def watch(engine: Engine, account: ImapAccount, **more: object) -> None:
    given = {"url": account.url, "password": account.password} | more
    engine.settings = replace(engine.settings, mailbox=Mailbox(**given))
    engine.world = replace(engine.world, settings=engine.settings)


@pytest.fixture
def watched(engine: Engine, imap_account: ImapAccount) -> Engine:
    watch(engine, imap_account)
    return engine


def letter(sender: str = "Maya Tallow <maya@example.org>", text: str = WORDS, **more: str):
    return message(sender, OURS, "My data", text, **more)


def waiting(engine: Engine) -> list[drafts.MailDraft]:
    with engine.reading() as tx:
        return drafts.waiting(tx)


def made_into(engine: Engine, right: str = "delete", **more: str) -> requests.Request:
    (draft,) = waiting(engine)
    return engine.run(
        lambda tx: drafts.file_as_request(tx, draft.case, right=right, **more), actor=OFFICER
    )


def test_a_message_is_a_draft_with_its_clock_running(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter())
    assert mailbox.read(watched) == 1
    (draft,) = waiting(watched)
    assert draft.suggested == "delete"
    assert clock.now() - draft.received_at < timedelta(minutes=5)
    with watched.reading() as tx:
        duties = {item.duty for item in drafts.clocks(tx, draft)}
        assert {"CA-ACK", "CA-RESP"} <= duties
        event = tx.event(draft.mail_event)
        words = tx.event(draft.message_event or "")
    assert event.data["subject_line"] == "My data"
    assert words.data["text"] == WORDS
    assert words.trust is Trust.BROWSER  # who it says it is from is a claim
    assert mailbox.read(watched) == 0
    assert broken(watched) == []


def test_the_mailbox_stays_as_it_is(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter())
    before = imap_account.read()
    mailbox.read(watched)
    assert imap_account.read() == before
    with imap_account.signed_in() as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN")


def test_the_clock_runs_from_the_day_it_came_however_late_it_is_read(
    watched: Engine, imap_account: ImapAccount
):
    came = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)  # noqa: TID251
    with imap_account.signed_in() as client:
        client.append("INBOX", letter().as_bytes(), msg_time=came)
    mailbox.read(watched)
    made = made_into(watched)
    assert made.received_at == came
    assert made.channel == "email"


def test_what_became_a_request_takes_the_way_of_every_request(
    watched: Engine, imap_account: ImapAccount
):
    imap_account.put(letter())
    mailbox.read(watched)
    made = made_into(watched)
    assert made.verified_at is None  # a From line proves nothing
    assert made.workflow
    with watched.reading() as tx:
        said = tx.event(made.received_event).data
        assert (said["name"], said["details"]) == ("Maya Tallow", f"My data\n\n{WORDS}")
        assert drafts.of_request(tx, made.reference)
    assert waiting(watched) == []
    assert broken(watched) == []


def test_an_opt_out_by_mail_counts_at_once(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter(text="Do not sell my personal information."))
    mailbox.read(watched)
    assert waiting(watched)[0].suggested == "opt_out"
    made = made_into(watched, "opt_out")
    with watched.reading() as tx:
        kinds = {event.kind for event in tx.events_of_case(made.reference)}
    assert "request.verification_sent" not in kinds


def test_a_message_is_filed_once(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter())
    mailbox.read(watched)
    (draft,) = waiting(watched)
    made_into(watched)
    with pytest.raises(Conflict):
        watched.run(lambda tx: drafts.put_aside(tx, draft.case, reason="spam"), actor=OFFICER)
    with watched.reading() as tx:
        assert requests.count(tx.session, requests.Filter()) == 1


def test_a_word_about_a_request_is_kept_with_it_and_with_no_other(
    watched: Engine, imap_account: ImapAccount
):
    imap_account.put(letter())
    mailbox.read(watched)
    mine = made_into(watched)
    imap_account.put(letter("other@example.org", "Please correct my name"))
    mailbox.read(watched)
    theirs = made_into(watched, "correct")
    imap_account.put(letter(text=f"About {mine.reference}: any news?"))
    imap_account.put(letter("other@example.org", f"About {mine.reference}: tell me more"))
    mailbox.read(watched)
    first, second = waiting(watched)
    assert first.about == mine.reference
    assert second.about is None  # anybody can type a reference

    def file(draft: drafts.MailDraft, reference: str) -> None:
        watched.run(
            lambda tx: drafts.file_as_message(tx, draft.case, reference=reference), actor=OFFICER
        )

    with pytest.raises(InvalidInput):
        file(second, mine.reference)
    file(first, mine.reference)
    file(second, theirs.reference)
    assert waiting(watched) == []


def test_what_a_machine_wrote_is_kept_and_not_asked_about(
    watched: Engine, imap_account: ImapAccount
):
    imap_account.put(
        letter(Auto_Submitted="auto-replied"),
        letter(Precedence="bulk", text="An offer"),
        letter("MAILER-DAEMON@mx.example", "undeliverable"),
    )
    assert mailbox.read(watched) == 3
    assert waiting(watched) == []
    with watched.reading() as tx:
        assert {item.state for item in drafts.filed(tx)} == {"automatic"}


def test_a_child_who_writes_is_noticed(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter(text="Hi, I am 11 years old and want my profile gone"))
    mailbox.read(watched)
    (draft,) = waiting(watched)
    with watched.reading() as tx:
        person = tx.person(draft.subject_id or "")
        ids = tx.session.connection().exec_driver_sql("SELECT subject_id FROM children_case")
        assert [row[0] for row in ids] == [item for item in person if item]


def test_hostile_and_broken_messages_are_kept_too(watched: Engine, imap_account: ImapAccount):
    pages = EmailMessage()
    pages["From"], pages["To"], pages["Subject"] = "a@example.org", OURS, "page"
    pages.set_content("<p>Delete <b>me</b></p><script>alert(1)</script>", subtype="html")
    pages.add_attachment(b"x", maintype="application", subtype="pdf", filename="id.pdf")
    raws = [
        pages.as_bytes(),
        b"From: =?bogus?q?=ff?= <b@example.org>\r\nContent-Type: text/plain; charset=bogus\r\n"
        b"Subject: \xff\xfe\r\n\r\nbytes \xff\x00 here",
        b"\r\n",
        b"From: nobody\r\nSubject: nobody\r\n\r\nhello",
        b"Content-Type: multipart/mixed; boundary=x\r\nFrom: c@example.org\r\n\r\n--x\r\n",
    ]
    with imap_account.signed_in() as client:
        for raw in raws:
            client.append("INBOX", raw)
    assert mailbox.read(watched) == len(raws)
    found = waiting(watched)
    assert len(found) == len(raws)
    with watched.reading() as tx:
        texts = [str(tx.event(item.message_event or "").data["text"]) for item in found]
    page = next(item for item, text in zip(found, texts, strict=True) if "Delete me" in text)
    assert page.attachments == 1  # of no kind that is taken, whatever it says it is
    assert "alert" not in "".join(texts)
    nobody = next(item for item, text in zip(found, texts, strict=True) if text == "hello")
    with pytest.raises(InvalidInput, match="names nobody"):
        watched.run(lambda tx: drafts.file_as_request(tx, nobody.case, right="delete"))
    assert broken(watched) == []


def test_no_message_keeps_those_behind_it_from_being_read(
    watched: Engine, imap_account: ImapAccount
):
    sender = b"From: maya@example.org\r\n"
    raws = [
        sender + b"Content-Type: text/plain; name*\r\n\r\nplease delete me",
        sender + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"please delete me",
        b"From: " + b"maya <maya@example.org>, " * 5_000 + b"\r\n\r\nplease delete me",
    ]
    with imap_account.signed_in() as client:
        for raw in [*raws, letter().as_bytes()]:
            client.append("INBOX", raw)
    assert mailbox.read(watched) == len(raws) + 1
    assert len(waiting(watched)) == len(raws) + 1
    assert broken(watched) == []


def test_an_address_that_is_a_group_hands_on_what_people_write(
    watched: Engine, imap_account: ImapAccount
):
    group = {"List_ID": "Privacy <privacy.sessioninprogress.com>", "Precedence": "list"}
    imap_account.put(
        letter(**group),
        letter(List_ID="<offers.example.net>"),
        letter(Auto_Submitted="auto-replied", **group),
    )
    assert mailbox.read(watched) == 3
    assert len(waiting(watched)) == 1


def test_the_same_message_in_a_mailbox_that_was_numbered_anew_is_one_draft(
    watched: Engine, imap_account: ImapAccount
):
    imap_account.put(letter())
    mailbox.read(watched)

    def forget(tx) -> None:
        row = tx.session.get(mailbox.MailboxRow, "privacy")
        row.validity += 1
        tx.session.add(row)

    watched.run(forget)
    mailbox.read(watched)
    assert len(waiting(watched)) == 1


def test_an_erased_person_s_message_loses_its_words(watched: Engine, imap_account: ImapAccount):
    imap_account.put(letter())
    mailbox.read(watched)
    (draft,) = waiting(watched)
    watched.run(
        lambda tx: tx.erase(
            Order(tx.person(draft.subject_id or ""), draft.case, at=tx.now), ground="x"
        ),
        actor=Actor(Role.ENGINE),
    )
    assert waiting(watched) == [], "nobody is left to answer"
    with watched.reading() as tx:
        (left,) = drafts.filed(tx)
        assert drafts.count_waiting(tx) == 0
    assert left.subject_id is None
    page = words(Office(watched).somebody().get(f"/mailbox/{left.case}"))
    assert "erased with its writer" in page
    assert "Answer" not in page, "no clock runs"
    assert "What is it?" not in page
    with watched.reading() as tx:
        assert "subject_line" not in tx.event(left.mail_event).data
    assert broken(watched) == []


# When it cannot be read ------------------------------------------------------------------


def test_a_mailbox_that_cannot_be_read_is_told_everywhere(
    engine: Engine, imap_account: ImapAccount
):
    assert "mailbox" not in health.readiness(engine)
    watch(engine, imap_account, password="wrong")  # noqa: S106
    assert health.readiness(engine)["mailbox"]["ok"] is False
    with pytest.raises(Unavailable):
        mailbox.read(engine)
    check = health.readiness(engine)["mailbox"]
    assert check["ok"] is False
    assert "refuses its name and password" in check["detail"]
    assert imap_account.name not in str(check)
    watch(engine, imap_account)
    mailbox.read(engine)
    assert health.readiness(engine)["mailbox"]["ok"] is True
    with clock.fixed(clock.now() + timedelta(hours=1)):
        assert "nobody has read" in health.readiness(engine)["mailbox"]["detail"]


@pytest.mark.slow
def test_a_connection_that_is_cut_at_any_answer_loses_and_doubles_no_message(
    engine: Engine, imap_account: ImapAccount
):
    for after in range(1, 100):
        imap_account.put(letter(text=f"{WORDS} {after} a"), letter(text=f"{WORDS} {after} b"))
        stored = imap_account.read()
        with cutting(imap_account.host, imap_account.port, after=after) as (port, seen):
            watch(engine, imap_account, url=replace(imap_account, port=port).url)
            try:
                mailbox.read(engine)
            except Unavailable:
                assert health.readiness(engine)["mailbox"]["ok"] is False
            whole = len(seen) < after
        watch(engine, imap_account)
        mailbox.read(engine)
        assert health.readiness(engine)["mailbox"]["ok"] is True
        assert len(waiting(engine)) == len(stored) == 2 * after
        assert imap_account.read() == stored
        if whole:
            break
    assert after > 5
    assert broken(engine) == []


@pytest.mark.slow
@pytest.mark.parametrize("point", ["fetched", "before it is kept", "kept"])
def test_a_reader_that_is_killed_loses_and_doubles_no_message(
    watched: Engine, imap_account: ImapAccount, point: str
):
    imap_account.put(letter(text=f"{WORDS} 1"), letter(text=f"{WORDS} 2"))
    stored = imap_account.read()
    arrange = {
        "fetched": lambda: dying_after(IMAPClient, "fetch", when=always),
        "before it is kept": lambda: dying_before(drafts, "take", when=always),
        "kept": lambda: dying_after(mailbox, "_take", when=always),
    }
    assert killed(watched, arrange[point], lambda: mailbox.read(watched))
    assert len(waiting(watched)) == (1 if point == "kept" else 0)
    assert mailbox.read(watched) == (1 if point == "kept" else 2)
    assert len(waiting(watched)) == 2
    assert imap_account.read() == stored
    assert broken(watched) == []


def always(*_: object, **__: object) -> bool:
    return True


def test_the_schedule_reads_it_and_a_fault_stops_nothing(
    watched: Engine, imap_account: ImapAccount
):
    imap_account.put(letter())
    schedule.run(watched)
    tasks.run_due(watched)
    assert len(waiting(watched)) == 1
    watch(watched, imap_account, url="imap://box@127.0.0.1:1")
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        schedule.run(watched)
        tasks.run_due(watched)
        assert health.readiness(watched)["mailbox"]["ok"] is False
    watch(watched, imap_account)
    imap_account.put(letter("other@example.org"))
    with clock.fixed(clock.now() + timedelta(minutes=12)):
        schedule.run(watched)
        tasks.run_due(watched)
    assert len(waiting(watched)) == 2


@pytest.mark.parametrize(
    "url", ["imap://box@mail.example.org", "https://box@mail.example.org", "imaps://host", "x"]
)
def test_an_address_that_would_send_the_password_in_the_open_is_not_used(
    engine: Engine, imap_account: ImapAccount, url: str
):
    watch(engine, imap_account, url=url)
    with pytest.raises(InvalidInput):
        mailbox.read(engine)
