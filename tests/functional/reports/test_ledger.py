"""The ledger of disclosures: what the engine itself discloses, what is sold, a long account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.log.event import Draft, Trust
from privacy_engine.reports import personal, spool
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.transaction import waiting_work
from privacy_engine.workflow import disclosing
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw, Issue


def test_what_the_engine_discloses_stands_there_by_itself(instance: Engine, draw: Draw) -> None:
    case = story.request(instance, 5, "delete", story.MAYA)
    story.deleted(instance, case, 8, residue=1)  # not erased: the person can still ask
    with story.today(22):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    rows = report.rows("series")
    # Other systems are no recipient's, so only the vendor of mail learnt of anybody: it was
    # searched before and after, asked to delete, and told to do the same.
    assert [row["recipient"] for row in rows] == ["The company that sends our e-mail"]
    assert rows[0]["count"] == 4
    assert report.holds_none_of(*story.SECRETS)


def test_who_opens_a_package_is_recorded_and_on_no_list_of_recipients(
    instance: Engine, draw: Draw
) -> None:
    story.choices(instance, 4)
    with story.at(instance, 6) as tx:
        subject_id = tx.find_subject([story.MAYA], site="listing-site")
        assert subject_id
        disclosing.to_person(tx, subject_id=subject_id)
    with story.today(22):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    assert "The person whom it is about" in {r["recipient"] for r in report.rows("disclosures")}
    assert all("The person" not in row["recipients"] for row in report.rows("categories-business"))


def test_a_sale_is_looked_at_at_once(instance: Engine) -> None:
    story.sell(instance, 4)
    with instance.reading() as tx:
        assert "promises.look" in {row.task for row in waiting_work(tx.session)}


def test_what_a_basis_lacks_is_an_exception(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 4) as tx:
        for at, (basis, document) in enumerate(
            [("legal_process", ""), ("legal_process", "Order 26-117"), ("consent", "")]
        ):
            data = story.disclosed("law-enforcement", basis=basis, categories=["A"])
            data |= {"document": document} if document else {}
            about: dict[str, Any] = {"subject": [story.MAYA], "site": "listing-site"}
            tx.append("disclosure.made", data, origin=("s", f"b-{at}"), **about)
    with story.today(22):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    assert "names no document, which its basis needs" in report.exceptions
    assert "names no consent that it rests on" in report.exceptions
    assert report.exceptions.count("1 disclosure to Courts") == 2


def test_the_two_lists_are_of_twelve_months(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 4) as tx:
        for name, days in (("old", 400), ("new", 30)):
            recipient = "mail-vendor" if name == "old" else "payment-vendor"
            data = story.disclosed(recipient, categories=["A"])
            about: dict[str, Any] = {"subject": [story.MAYA], "site": "listing-site"}
            tx.append(
                "disclosure.made",
                data,
                origin=("s", name),
                occurred_at=tx.now - timedelta(days=days),
                **about,
            )
    with story.today(22):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    assert len(report.rows("disclosures")) == 2
    (row,) = report.rows("categories-business")
    assert "payments" in row["recipients"]
    assert "e-mail" not in row["recipients"]


def test_sealed_reports_of_a_person_go_with_the_erasure(instance: Engine) -> None:
    story.choices(instance, 4)
    with instance.reading() as tx:
        subject_id = tx.find_subject([story.MAYA], site="listing-site")
        assert subject_id
        key = tx.vault.key(subject_id)
        assert key
    personal.keep(instance.settings, "CP-1", b"%PDF", key=key)
    assert personal.is_sealed(instance.settings, "CP-1")
    story.erase(instance, "R-AAAA-BBBB", story.MAYA, day=6)
    assert not personal.is_sealed(instance.settings, "CP-1")


@pytest.mark.slow
def test_a_long_account_is_summarised_whole_and_quickly_read(
    instance: Engine, issue: Issue
) -> None:
    """More disclosures than fit on pages; `tests.bench account` has a hundred thousand."""
    count = 4_500
    first = datetime(2026, 1, 1, 20, tzinfo=UTC)
    with clock.fixed(datetime(2026, 11, 22, 20, tzinfo=UTC)):
        for start in range(0, count, 500):
            drafts = [
                Draft(
                    "disclosure.made",
                    story.disclosed("mail-vendor" if at % 3 else "payment-vendor"),
                    site="listing-site",
                    trust=Trust.SERVER,
                    actor="site:listing-site",
                    occurred_at=first + timedelta(hours=at),
                    subject=(story.MAYA,),
                    origin=("s", f"d-{at}"),
                )
                for at in range(start, start + 500)
            ]
            instance.run(lambda tx, drafts=drafts: tx.append_many(drafts))
        report = issue("disclosure-accounting", subject=story.MAYA.value)
    assert report.read.headline == "4,500 disclosures to 2 recipients"
    assert [row["count"] for row in report.read.rows("series")] == [3_000, 1_500]
    lines = report.read.files["disclosures.csv"].decode().splitlines()
    assert len(lines) == count + 1
    assert report.verdicts.stands
    assert not list(instance.settings.exports_directory.glob(f"{spool.FOLDER}/*"))


def test_a_whole_period_is_drawn_from_the_register_in_the_order_of_days(
    instance: Engine,
) -> None:
    story.choices(instance, 4)
    story.sell(instance, 2)
    instance.sequence(tally=True)
    with story.today(22), instance.reading() as tx:
        report = BUILDERS["disclosure-accounting"](tx, Ask())
    table = next(one for one in report.tables if one.key == "disclosures")
    assert [row[0] for row in table.rows] == ["2 Nov 2026", "4 Nov 2026", "5 Nov 2026"]
