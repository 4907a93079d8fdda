"""A parent's answer on the public pages: nothing ticked, ways of proof, the page afterwards."""

import hashlib
import hmac
import html
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from privacy_engine import clock, outbound
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.config import Children
from privacy_engine.connectors import webhook
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.terms import DocumentKind
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.look import spanish
from privacy_engine.transaction import waiting_work
from privacy_engine.workflow import child_holdings, parent_letters, parent_links
from privacy_engine.workflow.child_holdings import Place
from tests.functional.portal.visiting import OFFICER, Visit, hidden, words

pytestmark = pytest.mark.functional

CHILD, PARENT = "pip@example.org", "parent@example.org"
FORM = b"%PDF-1.7 signed"
_BOX = re.compile(r'<input id="[^"]*" name="purposes" type="checkbox" value="([^"]*)"( checked)?')


@pytest.fixture
def asked(engine: Engine) -> "Answer":
    """A parent with our letter in hand."""
    return Answer(engine)


class Answer(Visit):
    """A visitor who followed the link in the letter to a parent."""

    def __init__(self, engine: Engine, **settings: object) -> None:
        children_settings = replace(Children(discloses=False), **settings)  # type: ignore[arg-type]
        engine.settings = replace(engine.settings, children=children_settings)
        engine.world = replace(engine.world, settings=engine.settings)
        super().__init__(engine)
        who = [Identifier("email", CHILD), Identifier("account", "7")]
        data = {"kind": "age", "value": 10}
        event = engine.run(
            lambda tx: tx.append("age_signal.received", data, subject=who, site="listing-site")
        )
        with engine.reading() as tx:
            found = cases.open_case_of(tx.session, tx.person(event.subject_id or ""))
        self.case = found or ""
        self.ask_parent(self.case, Contact(PARENT, "+15550100", "Pat", "Robin"))
        self.url = self.link("/parent/answer/")

    def ask_parent(self, case: str, contact: Contact, *, why: str = "Said so.") -> None:
        self.engine.run(
            lambda tx: children.confirm(tx, case, reason=why, contact=contact), actor=OFFICER
        )
        self.work()

    def consent(self, *purposes: str) -> None:
        """Answer by e-mail, with both steps."""
        self.choose("email_plus", *purposes)
        self.work()
        confirm = self.link("/confirm")
        self.post(confirm, **hidden(self.get(confirm)))

    def permitted(self, purpose: str) -> bool:
        with self.engine.reading() as tx:
            who = [Identifier("email", CHILD)]
            answers = consent.check_person(tx, who, [purpose], site="listing-site")
        return answers[purpose].permitted

    @property
    def state(self) -> State:
        with self.engine.reading() as tx:
            return cases.get(tx.session, self.case).state

    def act(self, name: str, **typed: object) -> TestResponse:
        page = self.get(self.url)
        path = f"/parent/answer/{self.case}/{name}"
        return self.post(path, **(hidden(page) | typed))

    def choose(self, method: str, *purposes: str, name: str = "Pat Doe") -> TestResponse:
        return self.act("choose", method=method, purposes=list(purposes), signed_name=name)


def test_nothing_is_ticked_and_each_purpose_stands_apart(asked: Answer) -> None:
    page = asked.get(asked.url).get_data(as_text=True)
    boxes = dict(_BOX.findall(page))
    assert set(boxes) == {"service", "newsletter", "third-party-disclosure", "ai-training"}
    assert set(boxes.values()) == {""}
    groups = re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL)
    (training,) = [part for part in groups if "ai-training" in part]
    assert _BOX.findall(training) == [("ai-training", "")]
    (passing_on,) = [part for part in groups if "third-party-disclosure" in part]
    assert "newsletter" not in passing_on
    assert CHILD not in page
    assert "Robin" in page


def test_a_link_of_another_case_or_none_opens_nothing(asked: Answer) -> None:
    assert asked.get(asked.url.partition("?")[0]).status_code == 404
    assert asked.get(asked.url.replace(asked.case, "C-0000-0000")).status_code == 404
    assert "from the newest letter" in words(asked.get(asked.url[:-3] + "xyz"))


def test_a_no_needs_one_button(asked: Answer) -> None:
    assert asked.act("refuse").status_code == 303
    assert asked.state is State.DELETING
    assert "We are deleting it" in asked.read(asked.url)


def test_a_no_that_is_pressed_twice_says_that_it_is_done(asked: Answer) -> None:
    typed = hidden(asked.get(asked.url))
    for _ in range(2):
        answer = asked.post(f"/parent/answer/{asked.case}/refuse", **typed)
        assert answer.status_code == 303
    assert "We are deleting it" in words(asked.get(answer.location))


@pytest.mark.parametrize("act", ["choose", "refuse", "form", "check", "again"])
def test_a_page_left_open_shows_the_yes_that_was_given_meanwhile(asked: Answer, act: str) -> None:
    typed = hidden(asked.get(asked.url))
    asked.consent("service")
    answer = asked.post(f"/parent/answer/{asked.case}/{act}", **typed)
    assert answer.status_code == 303
    shown = asked.get(asked.get(answer.location).location)
    assert shown.status_code == 200
    assert "We are deleting it" not in words(shown)
    assert asked.state is State.CONSENTED


def test_what_is_missing_is_said_and_nothing_is_lost(asked: Answer) -> None:
    answer = asked.choose("email_plus", "newsletter", name="")
    assert answer.status_code == 422
    assert "Type your name" in words(answer)
    assert 'value="newsletter" checked' in answer.get_data(as_text=True)
    assert asked.choose("email_plus").status_code == 422
    assert asked.choose("", "newsletter").status_code == 422
    assert asked.events("parental_consent.chosen") == []


@pytest.mark.parametrize("purpose", ["third-party-disclosure", "ai-training"])
def test_a_message_is_too_weak_where_anything_is_passed_on(asked: Answer, purpose: str) -> None:
    answer = asked.choose("email_plus", "newsletter", purpose)
    assert answer.status_code == 422
    assert "A message alone is not enough" in words(answer)
    assert asked.choose("signed_form", purpose).status_code == 303


def test_what_no_child_may_meet_is_offered_to_no_parent(asked: Answer) -> None:
    page = asked.read(asked.url)
    assert "Your child's account and appointments" in page
    assert "We would collect: your child's name, e-mail address" in page
    assert "Public listing" not in page
    assert "Advertising" not in page
    for code in ("therapist-listing", "sale-sharing"):
        refused = asked.choose("signed_form", "service", code)
        assert refused.status_code == 422
        assert "none that was offered" in words(refused)
    assert asked.events("parental_consent.chosen") == []


def test_the_letter_tells_apart_who_works_for_us_and_who_does_not(asked: Answer) -> None:
    body = str(asked.letters()[-1].data["body"])
    ours = next(line for line in body.splitlines() if line.startswith("Who works for us"))
    us, _, others = ours.partition("Others who could get it")
    assert "The company that sends our e-mail" in us
    assert "Google" not in body
    assert "The person whom it is about" not in body
    assert "nobody at present" in others
    assert "We would collect: your child's name, e-mail address and telephone number" in body
    assert "/policies/childrens-notice" in body


def test_a_parent_who_is_written_to_in_spanish_reads_the_purposes_in_spanish(
    asked: Answer,
) -> None:
    engine = asked.engine
    instance = replace(engine.settings.instance, language="es")
    engine.settings = replace(engine.settings, instance=instance)
    engine.world = replace(engine.world, settings=engine.settings)
    with engine.reading() as tx:
        items = parent_letters.letter_values(tx, asked.case)["child_items"]
    assert "Boletín para su hijo o su hija: Para enviar" in items
    assert "Recogeríamos: el correo electrónico de su hijo o su hija." in items
    assert "your child" not in items
    page = asked.read(asked.url)
    assert "La cuenta y las citas de su hijo o su hija" in page
    assert "Recogeríamos: el nombre, el correo electrónico y el teléfono" in page


def test_every_fault_of_a_spanish_page_is_said_in_spanish(asked: Answer) -> None:
    engine = asked.engine
    instance = replace(engine.settings.instance, language="es")
    engine.settings = replace(engine.settings, instance=instance)
    engine.world = replace(engine.world, settings=engine.settings)
    assert "Una de las opciones" in words(asked.choose("signed_form", "no-such"))
    assert "no existe" in words(asked.choose("no-such", "service"))
    stale = {"csrf_token": "old"}
    assert "estuvo abierta" in words(asked.act("refuse", **stale))
    asked.choose("signed_form", "service")
    assert "como PDF" in words(asked.act("form", form=(io.BytesIO(b"<html>"), "form.pdf")))
    most = spanish.say("The file is larger than 5 MB: send a smaller picture, or a scan.", "es")
    assert "pesa más de 5 MB" in most
    assert "Nadie más" in words(asked.act("check"))
    asked.consent("service")
    page = f"/parent/page/{asked.case}"
    typed = hidden(asked.get(f"{page}?{urlsplit(asked.url).query}"))
    assert "No quedaría nada" in words(asked.post(f"{page}/change", **typed))
    more = asked.post(f"{page}/change", **typed, purposes=["ai-training"])
    assert "escríbanos" in words(more)


def test_an_answer_by_email_counts_after_the_second_letter(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    assert asked.state is State.ASKING
    asked.work()
    confirm = asked.link("/confirm")
    assert "Your child's account and appointments" in asked.read(confirm)
    assert asked.state is State.ASKING, "a scanner that follows the link confirms nothing"
    asked.post(confirm, **hidden(asked.get(confirm)))
    assert asked.state is State.CONSENTED
    asked.work()
    assert "On your own page you can see" in str(asked.letters()[-1].data["body"])
    (verified,) = asked.events("parental_consent.verified")
    assert verified.data["evidence"] == "kept"
    assert verified.data["purposes"] == ["service"]


def test_the_second_letter_confirms_the_choice_that_it_was_written_for(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    asked.work()
    older = asked.link("/confirm")
    form = hidden(asked.get(older))
    asked.choose("email_plus", "service", "newsletter")
    assert asked.get(older).status_code == 404
    assert asked.post(older, **form).status_code == 404
    assert asked.state is State.ASKING
    asked.work()
    newer = asked.link("/confirm")
    assert newer != older
    assert "Newsletter" in asked.read(newer)
    asked.post(newer, **hidden(asked.get(newer)))
    (verified,) = asked.events("parental_consent.verified")
    assert verified.data["purposes"] == ["service", "newsletter"]


@pytest.mark.parametrize("method", ["email_plus", "card_payment"])
def test_an_officer_writes_down_only_what_an_officer_can_have_seen(
    asked: Answer, method: str
) -> None:
    choice = Choice(("service",), method, "Pat Doe")
    with pytest.raises(InvalidInput, match="who shows it themself"):
        asked.engine.run(
            lambda tx: consenting.verify(tx, asked.case, attested="Seen.", choice=choice),
            actor=OFFICER,
        )
    assert asked.state is State.ASKING


def test_the_first_link_cannot_stand_in_for_the_second(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    key = asked.url.partition("key=")[2]
    path = f"/parent/answer/{asked.case}/confirm"
    assert asked.get(f"{path}?key={key}").status_code == 404
    assert asked.post(path, key=key).status_code == 404


def test_a_signed_form_is_sealed_until_an_officer_looks(asked: Answer) -> None:
    asked.choose("signed_form", "service")
    assert "Consent of a parent" in asked.read(asked.url.replace("?", "/form?"))
    for wrong in (b"", b"MZ no picture"):
        assert asked.act("form", form=(io.BytesIO(wrong), "x.pdf")).status_code == 422
    assert asked.act("form", form=(io.BytesIO(FORM), "x.pdf")).status_code == 303
    assert "Your form has arrived" in asked.read(asked.url)
    assert asked.state is State.ASKING
    kept = asked.engine.settings.exports_directory / "parent-forms" / f"{asked.case}.sealed"
    assert FORM not in kept.read_bytes()


def test_a_form_that_shows_no_parent_is_told_each_time(asked: Answer) -> None:
    asked.choose("signed_form", "service")
    for _ in range(2):
        asked.act("form", form=(io.BytesIO(FORM), "x.pdf"))
        asked.engine.run(
            lambda tx: consenting.check_failed(tx, asked.case, reason="It is blank."),
            actor=OFFICER,
        )
        asked.work()
    told = [item.data for item in asked.letters() if item.data["template"] == "parent-again"]
    assert len(told) == 2
    assert "send a better form" in str(told[-1]["body"])
    assert asked.url in str(told[-1]["body"])


def test_a_no_before_the_second_letter_went_out_asks_nobody_to_confirm(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    asked.act("refuse")
    asked.work()
    assert "parent-confirm" not in [item.data["template"] for item in asked.letters()]


def test_the_button_of_the_second_letter_says_that_it_holds_now(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    asked.work()
    confirm = asked.link("/confirm")
    form = hidden(asked.get(confirm)) | {"key": confirm.partition("key=")[2]}
    to_answer = asked.post(urlsplit(confirm).path, **form).location or ""
    page = asked.get(to_answer).location or ""
    assert "Saved. It holds from now on." in asked.read(page)


def test_boxes_that_a_parent_emptied_stay_empty_beside_what_is_wrong(asked: Answer) -> None:
    asked.consent("service", "newsletter")
    url = asked.get(asked.url).location or ""
    answer = asked.post(f"/parent/page/{asked.case}/change", **hidden(asked.get(url)))
    assert answer.status_code == 422
    boxes = dict(_BOX.findall(answer.get_data(as_text=True)))
    assert boxes
    assert set(boxes.values()) == {""}


def test_a_parent_is_asked_where_no_notice_is_in_force_yet(engine: Engine) -> None:
    content = engine.world.content
    later = clock.now() + timedelta(days=30)
    documents = tuple(
        replace(item, effective_at=later) if item.kind is DocumentKind.DIRECT_NOTICE else item
        for item in content.documents
    )
    engine.content = replace(content, documents=documents)
    engine.world = replace(engine.world, content=engine.content)
    asked = Answer(engine)
    (requested,) = asked.events("parental_consent.requested")
    assert "document" not in requested.data
    asked.consent("service")
    assert asked.state is State.CONSENTED


def test_the_page_afterwards_shows_gives_changes_and_takes_back(asked: Answer) -> None:
    asked.consent("service", "newsletter")
    page = f"/parent/page/{asked.case}"
    url = asked.get(asked.url).location or ""
    assert page in url
    assert "What we hold of Robin" in asked.read(url)
    sent = hidden(asked.get(url))
    assert asked.post(f"{page}/download", **sent, contact="x@example.org").status_code == 422
    copy = asked.post(f"{page}/download", **sent, contact=PARENT)
    archive = zipfile.ZipFile(io.BytesIO(copy.data))
    assert "tables/our-own-records.csv" in archive.namelist()
    first = archive.read("read-me-first.html").decode()
    assert "What we hold of your child" in first
    assert "found nothing" not in first, "our own letters are in it"
    assert "About your child and our website" in first
    assert "nothing of them is in it" in first, "what no program looks into is named"
    weak = asked.post(f"{page}/change", **sent, purposes=["service", "ai-training"])
    assert weak.status_code == 422
    assert "not enough for passing on or for training; write to us" in words(weak)
    assert asked.post(f"{page}/change", **sent, purposes=["newsletter"]).status_code == 303
    assert [e.data["purpose"] for e in asked.events("parental_consent.withheld")] == ["service"]
    assert asked.post(f"{page}/withdraw", **sent).status_code == 303
    assert "Your permission has ended" in words(asked.client.get(url, follow_redirects=True))
    with asked.engine.reading() as tx:
        child = cases.subject_of(tx, asked.case) or ""
    asked.engine.run(lambda tx: tx.erase(Order((child,), "C-TEST", tx.now), ground="under_13"))
    assert "It is deleted" in words(asked.client.get(url, follow_redirects=True))


def test_a_parent_who_is_reached_by_telephone_types_the_number_for_a_copy(asked: Answer) -> None:
    asked.act("refuse")
    asked.work()
    who = [Identifier("email", "kim@example.org")]
    data = {"kind": "age", "value": 10}
    asked.engine.run(lambda tx: tx.append("age_signal.received", data, subject=who, site="s"))
    with asked.engine.reading() as tx:
        (asked.case,) = [c.case for c in cases.open_cases(tx.session) if c.state is State.KNOWN]
    asked.ask_parent(asked.case, Contact(parent_phone="+1 (555) 0100"))
    choice = Choice(("service",), "video_call", "Pat Doe")
    asked.engine.run(
        lambda tx: consenting.verify(tx, asked.case, attested="Seen.", choice=choice),
        actor=OFFICER,
    )
    with asked.engine.reading() as tx:
        url = parent_links.link(tx, asked.case).replace("/answer/", "/page/")
    sent, download = hidden(asked.get(url)), f"/parent/page/{asked.case}/download"
    assert asked.post(download, **sent).status_code == 422
    assert asked.post(download, **sent, contact="555 0199").status_code == 422
    assert asked.post(download, **sent, contact="1 555 0100").status_code == 200


def test_an_officer_is_called_once_when_a_parent_is_told_of_records_held_back(
    asked: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.consent("service")
    with asked.engine.reading() as tx:
        url = parent_links.link(tx, asked.case).replace("/answer/", "/page/")
    held = [Place("Mail vendor", 1, apart=2)]
    monkeypatch.setattr(child_holdings, "in_systems", lambda *_: held)
    for _ in range(2):
        assert "2 more may be about somebody else" in words(asked.get(url))
    with asked.engine.reading() as tx:
        called = [order for order in waiting_work(tx.session) if order.task == child_holdings.TASK]
    assert [order.ids["count"] for order in called] == [2]
    monkeypatch.setattr(child_holdings, "in_systems", lambda *_: [Place("Mail vendor", 3)])
    assert "3 records" in words(asked.get(url))


def test_another_parents_word_makes_a_consent_rest(asked: Answer) -> None:
    asked.consent("service", "newsletter")
    assert asked.permitted("service")
    asked.send("/parent", child=CHILD, details="I am the other parent and did not allow this.")
    assert not asked.permitted("service")
    assert not asked.permitted("newsletter")
    assert "Your permission rests" in words(asked.client.get(asked.url))
    with asked.engine.reading() as tx:
        (second,) = [item.case for item in cases.open_cases(tx.session)]
    with pytest.raises(Conflict, match="shown that this is a child"):
        asked.engine.run(lambda tx: children.clear(tx, second, reason="No."), actor=OFFICER)
    asked.engine.run(lambda tx: children.confirm(tx, second, reason="Both asked."), actor=OFFICER)
    asked.work()
    assert asked.events("subject.erased")


@pytest.mark.parametrize("own", [CHILD, f" {CHILD.upper()} "])
def test_the_child_is_not_asked_in_place_of_a_parent(asked: Answer, own: str) -> None:
    asked.consent("service")
    asked.send("/parent", child=CHILD)
    with asked.engine.reading() as tx:
        (second,) = [item.case for item in cases.open_cases(tx.session)]
    with pytest.raises(InvalidInput, match="the child uses this address itself"):
        asked.ask_parent(second, Contact(own))
    with asked.engine.reading() as tx:
        assert cases.get(tx.session, second).state is State.KNOWN


@pytest.mark.parametrize("why", [f"{CHILD} said so.", "Kim asked.", "By kim.d@example.org", " "])
def test_what_outlives_the_child_names_nobody(asked: Answer, why: str) -> None:
    asked.consent("service")
    asked.send("/parent", child=CHILD)
    with asked.engine.reading() as tx:
        (second,) = [item.case for item in cases.open_cases(tx.session)]
    with pytest.raises(InvalidInput):
        asked.ask_parent(second, Contact("pa@example.org", child_name="Kim"), why=why)


def away(answer: TestResponse) -> str:
    """Return where a page sends a parent on their way to whoever checks."""
    found = re.search(
        r'http-equiv="refresh" content="0; url=([^"]*)"', answer.get_data(as_text=True)
    )
    return html.unescape(found[1]) if found else ""


def checked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> tuple[Answer, list[bytes], str]:
    """Return a parent, what was said to whoever checks, and the secret that signs."""
    secret = webhook.as_secret(b"k" * 32)
    asked = Answer(
        engine,
        provider_url="https://check.example.org/begin",
        provider_secret=secret,
        provider_methods=("id_check",),
    )
    monkeypatch.setattr(outbound, "guarded", lambda url, **_: url)
    begun: list[bytes] = []
    answer = (200, b'{"url": "https://check.example.org/go"}')
    monkeypatch.setattr(outbound, "post", lambda *said, **_: begun.append(said[2]) or answer)
    return asked, begun, secret


def test_whoever_checks_gets_no_key_to_the_parents_page(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, begun, _ = checked(engine, monkeypatch)
    asked.choose("id_check", "service")
    left = asked.act("check")
    told = json.loads(begun[-1])
    key = asked.url.partition("key=")[2]
    assert key not in begun[-1].decode(), "it would open the parent's page"
    cookie = left.headers["Set-Cookie"]
    back = urlsplit(told["return_url"]).path
    assert f"Path={back}" in cookie
    assert "HttpOnly" in cookie
    here = asked.client.get(back, headers={"Cookie": cookie.partition(";")[0]})
    assert (here.location or "-") in asked.url
    assert "Open the link in our newest letter" in words(asked.get(back)), "another browser"


def test_whoever_checks_is_believed_by_signature_only(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, begun, secret = checked(engine, monkeypatch)
    asked.choose("id_check", "service")
    assert "You are sent to a company" in asked.read(asked.url)
    asked.act("check")
    session = json.loads(begun[-1])["session"]
    body = json.dumps({"session": session, "passed": True}).encode()
    path = "/parent/checks/webhook"
    now = clock.now()
    forged = webhook.sign(webhook.as_secret(b"f" * 32), "a", body, at=now)
    assert asked.client.post(path, data=body, headers=forged).status_code == 404
    assert asked.client.post(path, data=body).status_code == 404
    assert asked.state is State.ASKING
    signed = webhook.sign(secret, "a", body, at=now)
    asked.choose("signed_form", "service", "ai-training")
    assert asked.client.post(path, data=body, headers=signed).status_code == 204
    assert asked.state is State.ASKING, "it was begun for another choice, in another way"
    asked.choose("id_check", "service")
    asked.act("check")
    body = json.dumps({"session": json.loads(begun[-1])["session"], "passed": True}).encode()
    signed = webhook.sign(secret, "b", body, at=now)
    assert asked.client.post(path, data=body, headers=signed).status_code == 204
    assert asked.client.post(path, data=body, headers=signed).status_code == 204
    assert asked.state is State.CONSENTED
    (verified,) = asked.events("parental_consent.verified")
    assert verified.data["evidence"] == "destroyed"


def test_in_test_mode_a_page_of_ours_stands_in_for_whoever_checks(engine: Engine) -> None:
    engine.settings = engine.settings.for_test_mode()
    asked = Answer(engine, provider_methods=("card_payment",))
    asked.choose("card_payment", "service", "third-party-disclosure")
    page = away(asked.act("check"))
    assert "/parent/test-check/" in page
    asked.post(page, **hidden(asked.get(page)), passed="no")
    assert "did not show that you are the parent" in asked.read(asked.url)
    page = away(asked.act("check"))
    asked.post(page, **hidden(asked.get(page)), passed="yes")
    assert asked.state is State.CONSENTED
    (verified,) = asked.events("parental_consent.verified")
    assert (verified.data["method"], verified.data["evidence"]) == ("card_payment", "none")


def test_the_paper_form_lists_whatever_is_not_passed_on(asked: Answer) -> None:
    asked.choose("signed_form", "service", "ai-training")
    page = asked.read(asked.url.replace("?", "/form?"))
    allowed, _, refused = page.partition("I do not allow:")
    assert "Training of artificial intelligence" in allowed
    assert "Passing information on" in refused
    assert "Newsletter" in refused, "our own purposes too"
    assert "or by post to Session in Progress" in refused, "the address is on the paper"


def test_what_k_id_says_reaches_the_case_that_its_id_belongs_to(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = "of-their-webhooks"
    asked = Answer(
        engine,
        provider="k-id",
        provider_url="https://k-id.example.org",
        provider_key="product-key",
        provider_secret=shared,
        provider_methods=("id_check",),
    )
    replies = [b'{"id": "v-1", "url": "https://family.example/v"}']
    monkeypatch.setattr(outbound, "guarded", lambda url, **_: url)
    monkeypatch.setattr(outbound, "post", lambda *_, **__: (200, replies[0]))
    asked.choose("id_check", "service")
    sent = asked.act("check")
    assert away(sent) == "https://family.example/v"
    assert asked.state is State.ASKING

    def say(session: str, status: str) -> int:
        result = {"id": session, "status": status}
        body = json.dumps({"eventType": "Verification.Result", "data": result})
        stamp = str(int(clock.now().timestamp()))
        mark = hmac.new(shared.encode(), (stamp + body).encode(), hashlib.sha256)
        headers = {"X-Signature-Timestamp": stamp, "X-Signature-Hmac-Sha256": mark.hexdigest()}
        return asked.client.post("/parent/checks/k-id", data=body, headers=headers).status_code

    assert say("v-2", "PASS") == 404, "a check of somebody else's"
    assert say("v-1", "FAIL") == 200
    assert asked.state is State.ASKING, "they may try again"
    assert say("v-1", "PASS") == 200
    assert asked.state is State.CONSENTED
