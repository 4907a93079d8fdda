"""What one person gets: their consents, and who got their data; handed over, never kept."""

import pytest

from privacy_engine.engine import Engine
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.log import evidence
from privacy_engine.reports.verdicts import Outcome
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw, Issue


def test_the_proof_shows_each_choice_and_what_was_shown(instance: Engine, draw: Draw) -> None:
    story.choices(instance, 4)
    with story.today(22):
        report = draw("consent-proof", subject=story.MAYA.value)
    states = {row["purpose"]: row["state"] for row in report.rows("purposes")}
    assert states["Newsletter"] == "Not permitted"
    assert states["Accounts and appointments"] == "Permitted"
    history = [(row["purpose"], row["step"], row["trust"]) for row in report.rows("history")]
    assert history == [("Newsletter", "Given", "server"), ("All e-mail", "Unsubscribed", "server")]
    wording = report.rows("wordings")[0]
    shown = instance.content.document("privacy-statement", "2021-11-04")
    assert wording["sha256"] == shown.sha256
    assert wording["shown_at"].startswith("4 Nov 2026")
    assert report.exceptions == ""
    assert report.holds_none_of(*story.SECRETS)


def test_a_wording_that_was_never_shown_is_an_exception(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 4) as tx:
        choice = {"document": "privacy-statement", "version": "2021-11-04"}
        choice |= {"purpose": "newsletter", "method": "form"}
        tx.append("consent.given", choice, subject=[story.MAYA], site="listing-site")
    with story.today(22):
        assert "No showing of" in draw("consent-proof", subject=story.MAYA.value).exceptions


def test_the_accounting_names_recipients_categories_and_basis(
    instance: Engine, draw: Draw
) -> None:
    story.choices(instance, 4)
    with story.today(22):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    row = report.rows("disclosures")[0]
    assert len(report.rows("disclosures")) == 1
    assert row["recipient"] == "The company that sends our e-mail"
    assert "identifiers" in row["what"]
    assert row["why"] == "Newsletter; handled on our behalf, under a contract"
    assert report.headline == "1 disclosure to 1 recipient"
    assert report.holds_none_of(*story.SECRETS)


def test_what_is_about_a_person_is_handed_over_and_not_kept(
    instance: Engine, issue: Issue
) -> None:
    story.choices(instance, 4)
    with story.today(22):
        report = issue("consent-proof", subject=story.MAYA.value)
    assert report.path.stat().st_mode & 0o777 == 0o600
    assert not list(instance.settings.exports_directory.glob("**/*.pdf"))
    with instance.reading() as tx:
        produced = tx.read(evidence.events_of_kinds(tx.session, "report.produced"))[0]
    assert produced.data["sha256"] == report.verdicts.identity.sha256
    assert "file" not in produced.data
    assert produced.subject_id is None
    assert report.verdicts.integrity.outcome is Outcome.HOLDS


@pytest.mark.parametrize("kind", ["consent-proof", "disclosure-accounting"])
def test_nobody_known_by_an_address_is_a_finding(instance: Engine, draw: Draw, kind: str) -> None:
    del instance
    with pytest.raises(NotFound) as refused:
        draw(kind, subject="stranger@example.org")
    assert "stranger" not in refused.value.detail
    with pytest.raises(InvalidInput, match="--subject"):
        draw(kind, subject="not an address")


def test_an_erased_person_has_no_proof(instance: Engine, draw: Draw) -> None:
    story.choices(instance, 4)
    case = story.request(instance, 5, "delete", story.MAYA)
    story.deleted(instance, case, 8)
    with pytest.raises(NotFound, match="or they were erased"):
        draw("consent-proof", subject=story.MAYA.value)
