"""What came attached to a message: taken with limits, sealed, downloaded on record, and gone."""

import re
from email.message import EmailMessage
from hashlib import sha256

import pytest
from sqlalchemy import select

from privacy_engine import clock
from privacy_engine.console.staff import StaffRole
from privacy_engine.engine import Engine
from privacy_engine.log.erasure import Order
from privacy_engine.rights import attachments, drafts, mail, mailbox
from privacy_engine.rights.attachments import AttachmentRow
from privacy_engine.rights.drafts import MailDraft
from privacy_engine.transaction import Actor, Role
from privacy_engine.workflow.steps.own_sources import destroy_case, destroy_parts
from tests.factories import OFFICER, broken
from tests.functional.console.test_messages import events
from tests.functional.console.world import Office, words
from tests.functional.mailbox.test_reading import letter, waiting, watch
from tests.services.imap import ImapAccount

PAGE = b"%PDF-1.4 quetzal, a signed page"
ARCHIVE = b"PK\x03\x04 an archive"


def with_files(*files: tuple[str, bytes]) -> EmailMessage:
    made = letter()
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def read(engine: Engine, account: ImapAccount, *files: tuple[str, bytes]) -> MailDraft:
    watch(engine, account)
    account.put(with_files(*files))
    mailbox.read(engine)
    return waiting(engine)[-1]


def rows(engine: Engine) -> list[AttachmentRow]:
    with engine.reading() as tx:
        found = list(tx.session.scalars(select(AttachmentRow)))
        tx.session.expunge_all()
        return found


def test_files_are_taken_by_what_they_are_and_sealed(
    any_engine: Engine, imap_account: ImapAccount
):
    engine = any_engine
    draft = read(
        engine,
        imap_account,
        ("id.exe", PAGE),
        ("all.pdf", ARCHIVE),
        ("note.txt", "Grüße\n".encode()),
    )
    with engine.reading() as tx:
        found = attachments.of(tx, draft.mail_event)
        assert [(one.name, one.kind, one.fault) for one in found] == [
            ("id.exe", "application/pdf", ""),
            ("all.pdf", "", "kind"),
            ("note.txt", "text/plain", ""),
        ]
        assert attachments.read(tx, draft.mail_event, 0)[1] == PAGE
        event = tx.event(draft.mail_event)
    assert event.data["attached_sha256"][0] == sha256(PAGE).hexdigest()
    stored = rows(engine)
    assert not any(b"quetzal" in row.sealed or b"id.exe" in row.sealed for row in stored)
    assert len(stored[1].sealed) < len(ARCHIVE) + 100, "what is not taken is not kept either"
    assert broken(engine) == []


def test_a_file_that_is_too_large_is_listed_and_stays_in_the_mailbox(
    engine: Engine, imap_account: ImapAccount
):
    large = PAGE + b"\0" * attachments.MOST_BYTES
    draft = read(engine, imap_account, ("scan.pdf", large), ("page.pdf", PAGE))
    with engine.reading() as tx:
        assert [one.fault for one in attachments.of(tx, draft.mail_event)] == ["large", ""]


def test_files_that_are_too_many_together_stay_in_the_mailbox(engine: Engine):
    large = PAGE + b"\0" * (3_500 * 1024)
    raw = with_files(("1.pdf", large), ("2.pdf", large), ("3.pdf", large), ("4.pdf", PAGE))
    draft = engine.run(lambda tx: drafts.take(tx, raw.as_bytes(), received_at=tx.now))
    with engine.reading() as tx:
        faults = [one.fault for one in attachments.of(tx, draft.mail_event)]
    assert faults == ["", "", "many", ""]


def test_the_last_file_of_a_message_that_was_not_read_whole_is_not_taken():
    raw = with_files(("1.pdf", PAGE), ("2.pdf", PAGE)).as_bytes()
    files = mail.read(raw, is_whole=False).files
    assert [one.is_whole for one in files] == [True, False]


def test_files_that_a_phone_nests_beside_pieces_of_text_are_found():
    made = EmailMessage()
    made["From"] = "a@example.org"
    made.set_content("Here it is")
    made.add_alternative("<p>Here it is</p>", subtype="html")
    made.get_payload()[1].add_related(
        PAGE, maintype="application", subtype="pdf", filename="a.pdf"
    )
    (found,) = mail.read(made.as_bytes()).files
    assert (found.name, found.content) == ("a.pdf", PAGE)


# In the console --------------------------------------------------------------------------


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_an_officer_downloads_a_file_and_that_is_on_record(
    office: Office, imap_account: ImapAccount
):
    draft = read(office.engine, imap_account, ("Maya Tallow.pdf", PAGE), ("x.zip", ARCHIVE))
    browser = office.somebody()
    page = browser.get(f"/mailbox/{draft.case}").text
    assert "Maya Tallow.pdf" not in page, "a file's name may be a person's"
    said = words(browser.get(f"/mailbox/{draft.case}"))
    assert "Attachment 1 · PDF" in said
    assert "not taken, of a kind that is not kept here" in said
    assert len(re.findall(r"/attachments/\d", page)) == 1
    taken = browser.post(f"/mailbox/{draft.case}/attachments/0")
    assert taken.data == PAGE
    disposition = taken.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="{draft.case}-1.pdf"'
    assert taken.mimetype == "application/octet-stream"
    (opened,) = events(office, "message.opened")
    assert opened.data["opened_event"] == draft.mail_event
    assert browser.post(f"/mailbox/{draft.case}/attachments/1").status_code == 404
    assert browser.post(f"/mailbox/{draft.case}/attachments/7").status_code == 404


def test_an_auditor_sees_that_there_is_a_file_and_cannot_take_it(
    office: Office, imap_account: ImapAccount
):
    draft = read(office.engine, imap_account, ("a.pdf", PAGE))
    browser = office.somebody(StaffRole.AUDITOR)
    page = browser.get(f"/mailbox/{draft.case}").text
    assert "/attachments/" not in page
    assert browser.post(f"/mailbox/{draft.case}/attachments/0").status_code == 403


# And gone --------------------------------------------------------------------------------


def erase(engine: Engine, draft: MailDraft) -> None:
    order = Order((draft.subject_id or "",), "R-2345-6789", clock.now())
    engine.run(lambda tx: tx.erase(order, ground="x"), actor=Actor(Role.ENGINE))


def dispose_of_words(engine: Engine, draft: MailDraft) -> None:
    engine.run(lambda tx: destroy_parts(tx, [draft.mail_event], ground="x"))


def dispose_of_record(engine: Engine, draft: MailDraft) -> None:
    engine.run(
        lambda tx: drafts.put_aside(tx, draft.case, reason="An advertisement"), actor=OFFICER
    )
    engine.run(lambda tx: destroy_case(tx, draft.case, ground="x"))


@pytest.mark.parametrize("end", [erase, dispose_of_words, dispose_of_record])
def test_files_leave_with_whatever_they_belong_to(any_engine: Engine, imap_account, end):
    draft = read(any_engine, imap_account, ("a.pdf", PAGE), ("x.zip", ARCHIVE))
    assert len(rows(any_engine)) == 2
    end(any_engine, draft)
    assert rows(any_engine) == []
    assert broken(any_engine) == []
