import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from privacy_engine.reports import definition, document, page, twin
from privacy_engine.reports.kinds import deletion as of_deletion
from privacy_engine.reports.kinds import deletion_certificate, request_register, wording
from privacy_engine.reports.kinds.catalogue import SECTIONS
from tests.unit.reports import kind_samples, samples


def html_of(report: document.Report, exports: Path) -> str:
    words = definition.load(exports, report.kind)
    return page.draw(report, twin_of(report), definition=words, issuer=samples.ISSUER)


def twin_of(report: document.Report) -> twin.Twin:
    return twin.make(report, title="T", language="en-US", page_words=("Page", "of"))


def text_of(html: str) -> str:
    body = html[html.index("<body>") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(params=sorted(kind_samples.ALL))
def report(request: pytest.FixtureRequest) -> document.Report:
    return kind_samples.ALL[request.param]()


def test_every_kind_is_worded_and_sampled(exports: Path) -> None:
    assert set(definition.kinds(exports)) == set(SECTIONS) == set(kind_samples.ALL)


def test_the_definition_words_exactly_the_sections_of_its_kind(
    report: document.Report, exports: Path
) -> None:
    worded = {one.key for one in definition.load(exports, report.kind).sections}
    assert worded == {one.key for one in report.sections} == set(SECTIONS[report.kind])


def test_exceptions_come_first_then_what_the_report_covers(
    report: document.Report, exports: Path
) -> None:
    text = text_of(html_of(report, exports))
    first_section = definition.load(exports, report.kind).sections[0].title
    after = text.index(report.headline.text)
    assert after < text.index("Exceptions") < text.index("What this report covers")
    assert text.index("What this report covers") < text.rindex(first_section)
    assert samples.head().root.hex() in text


def test_no_report_claims_to_prove_a_deletion(report: document.Report, exports: Path) -> None:
    text = text_of(html_of(report, exports)).lower()
    assert "proof of deletion" not in text
    assert "successfully" not in text


def test_the_twin_has_all_that_the_pages_have(report: document.Report) -> None:
    made = twin_of(report)
    content = json.loads(made.content)
    assert made.content == twin_of(report).content
    assert content["log"]["checkpoint"].startswith(samples.ORIGIN)
    tables = [block for one in content["sections"] for block in one["blocks"] if "table" in block]
    assert [len(one["rows"]) for one in tables] == [len(one.rows) for one in report.tables]
    assert [one["name"] for one in content["attachments"]] == [one.name for one in made.files]


def certificate(**changes: object) -> document.Report:
    return deletion_certificate.build(samples.deletion(**changes), samples.drawn())


def systems(*verdicts: of_deletion.Verdict) -> tuple[object, ...]:
    return tuple(
        of_deletion.SystemOutcome(f"System {at}", 3, 3, 0, verdict, "Rows deleted")
        for at, verdict in enumerate(verdicts)
    )


def test_all_erased_says_deleted_and_searched_again() -> None:
    erased = of_deletion.Verdict.ERASED
    report = certificate(systems=systems(erased, erased))
    assert report.headline.text == "Deleted and searched again: nothing found"
    assert report.headline.meaning.startswith("Deletion recorded, and data absent from these")


@pytest.mark.parametrize("verdict", ["residue", "no baseline", "not searchable"])
def test_anything_less_than_erased_is_an_exception_and_in_the_headline(verdict: str) -> None:
    verdicts = (
        of_deletion.Verdict.ERASED,
        of_deletion.Verdict(verdict),
    )
    report = certificate(systems=systems(*verdicts))
    assert "not settled in 1 of 2 systems" in report.headline.text
    assert any(remark.text.startswith("System 1") for remark in report.exceptions)


def test_what_is_retained_names_ground_and_last_day() -> None:
    texts = [one.text for one in certificate().exceptions]
    assert (
        "Listing database keeps 3 records (invoices): Tax records of a paid listing, "
        "until 15 April 2033." in texts
    )


def test_a_vendor_that_did_not_confirm_is_an_exception() -> None:
    assert any(
        "Payment vendor was told" in one.text and "not confirmed" in one.text
        for one in certificate().exceptions
    )


def test_a_late_duty_is_an_exception() -> None:
    late = of_deletion.Clock("Answer", date(2026, 11, 20), "11 CCR 7021(b)", date(2026, 11, 24))
    texts = [one.text for one in certificate(clocks=(late,)).exceptions]
    assert "Answer: due 20 November 2026, done 24 November 2026, late." in texts


def test_unknown_counts_are_never_summed() -> None:
    board = next(table for table in certificate().tables if table.key == "systems")
    assert board.totals == ()
    known = certificate(systems=systems(of_deletion.Verdict.ERASED))
    assert next(one for one in known.tables if one.key == "systems").totals[1] == 3


def test_the_register_has_the_six_facts_of_each_request() -> None:
    table = kind_samples.register(12).tables[0]
    keys = {column.key for column in table.columns}
    assert keys >= {
        "received_on",
        "nature",
        "manner",
        "answered_on",
        "response",
        "denial_basis",
    }
    assert len(table.rows) == 12


def test_an_open_request_past_its_day_is_late() -> None:
    one = replace(
        kind_samples.registered(1)[0], due_on=date(2026, 12, 3), answered_on=None, response=""
    )
    gathered = request_register.gather([one], today=date(2026, 12, 6))
    report = request_register.build(gathered, kind_samples.drawn())
    assert "1 past the last day" in report.headline.text
    assert "is not answered yet" in report.exceptions[0].text


def test_repeated_disclosures_are_summarised_and_each_is_listed() -> None:
    report = kind_samples.accounting()
    series, each = (
        next(one for one in report.tables if one.key == key) for key in ("series", "disclosures")
    )
    assert [(row[0], row[1], row[-1]) for row in series.rows] == [
        ("3 Jul 2026", "30 Oct 2026, about weekly", 18),
        ("20 Nov 2026", None, 1),
    ]
    assert each.row_count == 19
    assert "counted as sale" in report.exceptions[0].text
    assert "names no document" in report.exceptions[1].text


@pytest.mark.parametrize(
    ("days", "median", "mean", "p95"),
    [
        ((), None, None, None),
        ((4,), "4", "4.0", "4"),
        ((1, 2), "1.5", "1.5", "2"),
        (tuple(range(1, 101)), "50.5", "50.5", "95"),
    ],
)
def test_figures_on_days(
    days: tuple[int, ...], median: str | None, mean: str | None, *, p95: str | None
) -> None:
    assert wording.median_days(days) == median
    assert wording.mean_days(days) == mean
    assert wording.percentile_days(days, 95) == p95


def test_a_share_is_rounded_down() -> None:
    assert wording.share(999, 1000) == "99 %"
    assert wording.share(0, 0) == "\N{EN DASH}"


def test_the_gravest_exception_comes_first() -> None:
    residue = of_deletion.SystemOutcome(
        "Archive", 3, 1, 2, of_deletion.Verdict.RESIDUE, "Rows deleted"
    )
    report = certificate(systems=(*samples.deletion().systems, residue))
    assert report.ranked_exceptions[0].text.startswith(
        "Archive: the search afterwards still found"
    )
    assert set(report.ranked_exceptions) == set(report.exceptions)


def test_late_requests_beyond_the_first_page_are_counted_in_one_sentence() -> None:
    rows = [
        replace(one, due_on=date(2026, 9, 1), answered_on=date(2026, 10, 1))
        for one in kind_samples.registered(60)
    ]
    gathered = request_register.gather(rows, today=date(2026, 12, 6))
    report = request_register.build(gathered, kind_samples.drawn(60))
    late = [one.text for one in report.exceptions if "past the last day" in one.text]
    assert late == ["40 more requests past the last day; the list marks each one Late."]


def test_every_kind_draws_its_figures(report: document.Report) -> None:
    figures = [
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, document.Figure)
    ]
    assert figures
    assert all("<title>" in one.svg and one.data for one in figures)


def test_no_section_is_a_title_with_nothing_under_it(report: document.Report) -> None:
    assert [section.key for section in report.sections if not section.blocks] == []


def test_a_ground_in_a_persons_own_words_has_no_empty_brackets(exports: Path) -> None:
    said = of_deletion.Retained(
        1, "messages", "An invoice that tax law wants", "", date(2033, 1, 1)
    )
    changed = replace(samples.deletion().systems[0], retained=(said,))
    html = html_of(certificate(systems=(changed,)), exports)
    assert "An invoice that tax law wants" in html
    assert "[]" not in html
    assert "()" not in text_of(html)
