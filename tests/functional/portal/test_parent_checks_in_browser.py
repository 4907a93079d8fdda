"""A parent in a real browser at whoever checks parents, and with texts, as `run` offers both."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from privacy_engine.children import actions as children
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.config import Children
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.sample_site.parent_checker import METHODS, ParentChecker, serving_checker
from tests.functional.portal.serving import serving
from tests.functional.portal.visiting import OFFICER, Visit

pytestmark = [pytest.mark.functional, pytest.mark.slow]


@pytest.fixture
def stage(engine: Engine) -> Iterator[tuple[Visit, str]]:
    """A served portal whose parents are checked by the stand-in; gives the stand-in's address."""
    visit, secret = Visit(engine), new_secret()
    with serving(visit.app) as base, serving_checker(ParentChecker(secret=secret)) as checker:
        calls = f"{checker}/calls"
        given = Children(
            discloses=False,
            provider_url=calls,
            provider_secret=secret,
            provider_methods=tuple(METHODS),
            texts_url=calls,
            texts_secret=secret,
            allow_private=True,
        )
        here = replace(engine.settings.instance, public_url=base)
        engine.settings = replace(engine.settings, children=given, instance=here)
        engine.world = replace(engine.world, settings=engine.settings)
        yield visit, checker


def test_a_parent_goes_to_the_check_fails_goes_again_and_passes(
    stage: tuple[Visit, str], browser: Browser
) -> None:
    visit, checker = stage
    ask(visit, Contact("parent@example.org", "", "Pat", "Robin"))
    page = browser.new_page()
    page.goto(visit.link("/parent/answer/"))
    choose(page, "card_payment", "newsletter", "third-party-disclosure")
    page.click("text=Go to the check")
    page.wait_for_url(f"{checker}/**")
    assert "a bank or credit card" in page.inner_text("main")
    page.click("text=It fails")
    page.wait_for_url("**/parent/answer/**")
    assert page.inner_text("h1") == "That did not show that you are the parent"
    page.click("text=Go to the check")
    page.wait_for_url(f"{checker}/**")
    page.click("text=It passes")
    page.wait_for_url("**/parent/**")
    assert "What we hold of Robin" in page.inner_text("h1")
    page.close()


def test_a_parent_with_a_number_alone_answers_by_text(
    stage: tuple[Visit, str], browser: Browser
) -> None:
    visit, checker = stage
    ask(visit, Contact("", "+15305550199", "Pat", "Robin"))
    page = browser.new_page()
    page.goto(checker)
    page.click("main a >> nth=0")
    choose(page, "text_plus", "newsletter")
    visit.work()
    page.goto(checker)
    assert "please confirm what you allowed" in page.inner_text("main p >> nth=0")
    page.click("main a >> nth=0")
    page.click("text=I am the parent, and I allow this")
    page.wait_for_load_state()
    visit.work()
    page.goto(checker)
    page.click("main a >> nth=0")
    assert "What we hold of Robin" in page.inner_text("h1")
    page.close()


def ask(visit: Visit, parent: Contact) -> None:
    """Let a child be known, and an officer ask a parent."""
    engine = visit.engine
    data = {"kind": "age", "value": 10}
    who = [Identifier("email", "pip@example.org")]
    engine.run(lambda tx: tx.append("age_signal.received", data, subject=who, site="listing-site"))
    with engine.reading() as tx:
        (case,) = [item.case for item in cases.open_cases(tx.session)]
    engine.run(
        lambda tx: children.confirm(tx, case, reason="Said so.", contact=parent), actor=OFFICER
    )
    visit.work()


def choose(page: Page, method: str, *purposes: str) -> None:
    for purpose in purposes:
        page.check(f"[name=purposes][value={purpose}]")
    page.check(f"[name=method][value={method}]")
    page.fill("[name=signed_name]", "Pat Doe")
    page.click("text=Allow what I ticked")
    assert re.match("One more step", page.inner_text("h1"))
