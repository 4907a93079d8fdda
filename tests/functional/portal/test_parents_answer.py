"""A parent's answer on the public pages: nothing ticked, ways of proof, the page afterwards."""

import hashlib
import hmac
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from privacy_engine import clock, outbound
from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.rules import State
from privacy_engine.config import Children
from privacy_engine.connectors import webhook
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from privacy_engine.workflow import parent_letters
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
        contact = Contact(PARENT, "+15550100", "Pat", "Robin")
        engine.run(
            lambda tx: children.confirm(tx, self.case, reason="Said so.", contact=contact),
            actor=OFFICER,
        )
        self.work()
        self.url = self.link("/parent/answer/")

    @property
    def state(self) -> State:
        with self.engine.reading() as tx:
            return cases.get(tx.session, self.case).state

    def act(self, name: str, **typed: object) -> object:
        page = self.get(self.url)
        path = f"/parent/answer/{self.case}/{name}"
        return self.post(path, **(hidden(page) | typed))

    def choose(self, method: str, *purposes: str, name: str = "Pat Doe") -> object:
        return self.act("choose", method=method, purposes=list(purposes), signed_name=name)


def test_nothing_is_ticked_and_each_purpose_stands_apart(asked: Answer) -> None:
    page = asked.get(asked.url).get_data(as_text=True)
    boxes = dict(_BOX.findall(page))
    assert set(boxes) == {item.code for item in asked.engine.content.purposes}
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


def test_a_no_needs_one_button(asked: Answer) -> None:
    assert asked.act("refuse").status_code == 303
    assert asked.state is State.DELETING
    assert "We are deleting it" in asked.read(asked.url)


def test_what_is_missing_is_said_and_nothing_is_lost(asked: Answer) -> None:
    answer = asked.choose("email_plus", "newsletter", name="")
    assert answer.status_code == 422
    assert "Type your name" in words(answer)
    assert 'value="newsletter" checked' in answer.get_data(as_text=True)
    assert asked.choose("email_plus").status_code == 422
    assert asked.choose("", "newsletter").status_code == 422
    assert asked.events("parental_consent.chosen") == []


@pytest.mark.parametrize("purpose", ["third-party-disclosure", "ai-training", "sale-sharing"])
def test_a_message_is_too_weak_where_anything_is_passed_on(asked: Answer, purpose: str) -> None:
    answer = asked.choose("email_plus", "newsletter", purpose)
    assert answer.status_code == 422
    assert "A message alone is not enough" in words(answer)
    assert asked.choose("signed_form", purpose).status_code == 303


def test_an_answer_by_email_counts_after_the_second_letter(asked: Answer) -> None:
    asked.choose("email_plus", "service")
    assert asked.state is State.ASKING
    asked.work()
    confirm = asked.link("/confirm")
    assert "Accounts and appointments" in asked.read(confirm)
    assert asked.state is State.ASKING, "a scanner that follows the link confirms nothing"
    asked.post(confirm, **hidden(asked.get(confirm)))
    assert asked.state is State.CONSENTED
    asked.work()
    assert "On your own page you can see" in str(asked.letters()[-1].data["body"])
    (verified,) = asked.events("parental_consent.verified")
    assert verified.data["evidence"] == "kept"
    assert verified.data["purposes"] == ["service"]


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


def test_the_page_afterwards_shows_gives_changes_and_takes_back(asked: Answer) -> None:
    asked.choose("email_plus", "service", "newsletter")
    asked.work()
    confirm = asked.link("/confirm")
    asked.post(confirm, **hidden(asked.get(confirm)))
    page = f"/parent/page/{asked.case}"
    url = asked.get(asked.url).location or ""
    assert page in url
    assert "What we hold of Robin" in asked.read(url)
    sent = hidden(asked.get(url))
    assert asked.post(f"{page}/download", **sent, email="x@example.org").status_code == 422
    copy = asked.post(f"{page}/download", **sent, email=PARENT)
    assert "our-own-records.json" in zipfile.ZipFile(io.BytesIO(copy.data)).namelist()
    weak = asked.post(f"{page}/change", **sent, purposes=["service", "ai-training"])
    assert weak.status_code == 422
    assert asked.post(f"{page}/change", **sent, purposes=["newsletter"]).status_code == 303
    assert [e.data["purpose"] for e in asked.events("parental_consent.withheld")] == ["service"]
    assert asked.post(f"{page}/withdraw", **sent).status_code == 303
    assert "Your permission has ended" in words(asked.client.get(url, follow_redirects=True))


def test_whoever_checks_is_believed_by_signature_only(engine: Engine) -> None:
    secret = webhook.as_secret(b"k" * 32)
    asked = Answer(
        engine,
        provider_url="https://check.example.org/begin",
        provider_secret=secret,
        provider_methods=("id_check",),
    )
    asked.choose("id_check", "service")
    assert "You are sent to a company" in asked.read(asked.url)
    about = f"{asked.case}.nonce"
    token = parent_letters.links.sign(engine.ring, use="check", about=about)
    body = f'{{"session": "{about}.{token}", "passed": true}}'.encode()
    path = "/parent/checks/webhook"
    now = clock.now()
    forged = webhook.sign(webhook.as_secret(b"f" * 32), "a", body, at=now)
    assert asked.client.post(path, data=body, headers=forged).status_code == 404
    assert asked.client.post(path, data=body).status_code == 404
    assert asked.state is State.ASKING
    signed = webhook.sign(secret, "a", body, at=now)
    assert asked.client.post(path, data=body, headers=signed).status_code == 204
    assert asked.client.post(path, data=body, headers=signed).status_code == 204
    assert asked.state is State.CONSENTED
    (verified,) = asked.events("parental_consent.verified")
    assert verified.data["evidence"] == "destroyed"


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
    assert sent.location == "https://family.example/v"
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
