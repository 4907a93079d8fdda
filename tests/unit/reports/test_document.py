import csv
import io
import re
import shutil
import zlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import ContentFaults, InvalidInput
from privacy_engine.reports import charts, definition, document, inspection, page, pdf, spool, twin
from tests.unit.reports import kind_samples, samples
from tests.unit.reports.test_kinds import html_of, text_of, twin_of


def long_report() -> document.Report:
    return kind_samples.register(document.ROWS_ON_PAGES + 1)


def test_beyond_the_limit_pages_show_first_and_last_rows_and_the_file_has_all(
    exports: Path,
) -> None:
    report = long_report()
    text = text_of(html_of(report, exports))
    assert "first and the last rows only" in text
    assert f"{document.ROWS_ON_PAGES + 1 - 2 * document.ROWS_SHOWN_OF_MORE:,}" in text
    assert text.count("-2026 ") < 100 + len(report.exceptions)
    made = twin_of(report).files[0]
    content = zlib.decompress(spool.zlib_stream(made.content)).decode()
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert made.name == "requests.csv"
    assert len(rows) == document.ROWS_ON_PAGES + 2


@given(st.text(min_size=1))
def test_no_cell_of_a_csv_file_is_a_formula(text: str) -> None:
    table = document.Table("t", "T", (document.Column("a", "A"),), ((text,),), attach=True)
    report = replace(kind_samples.log(), sections=(document.Section("statements", (table,)),))
    try:
        files = twin_of(report).files
    except TypeError:
        return  # Lone surrogates have no UTF-8 form; orjson refuses them.
    rows = list(csv.reader(io.StringIO(files[0].content.decode(), newline="")))
    assert rows[1][0][:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert rows[1][0].removeprefix("'") == text.removeprefix("'")


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="does not fit"):
        document.Table("t", "T", (document.Column("a", "A"),), (("x", "y"),))


def test_text_from_outside_cannot_become_markup(exports: Path) -> None:
    report = kind_samples.log()
    report = replace(report, about="<script>x</script>")
    assert "<script>" not in html_of(report, exports)


def test_a_report_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        samples.drawn(generated_at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.fixture
def own_exports(exports: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exports, tmp_path / "exports"))


def test_an_organisation_orders_and_words_sections_without_code(own_exports: Path) -> None:
    path = own_exports / "metrics.toml"
    text = path.read_text().replace('"Denials"', '"What we turned down"')
    first, second = (
        text.index('[[section]]\nkey = "figures"'),
        text.index('[[section]]\nkey = "denials"'),
    )
    path.write_text(text[:first] + text[second:] + "\n" + text[first:second])
    shown = text_of(html_of(kind_samples.yearly(), own_exports))
    assert shown.index("What we turned down") < shown.index("Figures by right")


def test_a_section_left_out_of_the_definition_is_a_fault_and_never_a_silent_gap(
    own_exports: Path,
) -> None:
    path = own_exports / "metrics.toml"
    text = path.read_text()
    path.write_text(text[: text.index('[[section]]\nkey = "denials"')])
    with pytest.raises(ContentFaults, match="denials"):
        html_of(kind_samples.yearly(), own_exports)


def test_all_faults_of_a_definition_are_told_at_once(own_exports: Path) -> None:
    (own_exports / "metrics.toml").write_text(
        'title = "T"\ncolour = "red"\nterms = ["Nonsense"]\n'
    )
    (own_exports / "print.css").unlink()
    with pytest.raises(ContentFaults) as caught:
        definition.load(own_exports, "metrics")
    told = str(caught.value)
    for part in (
        "'colour'",
        "about is missing",
        "'Nonsense'",
        "print.css:1: this file is missing",
    ):
        assert part in told


def test_broken_toml_is_told_with_its_line(own_exports: Path) -> None:
    (own_exports / "metrics.toml").write_text('title = "T"\nabout = \n')
    with pytest.raises(ContentFaults, match=r"exports/metrics\.toml:2: "):
        definition.load(own_exports, "metrics")


def test_an_unknown_placeholder_in_the_letterhead_is_told(own_exports: Path) -> None:
    (own_exports / "letterhead.html").write_text("<p>{organization}</p>")
    with pytest.raises(ContentFaults, match="organization"):
        html_of(kind_samples.yearly(), own_exports)


@pytest.mark.parametrize(("paper", "width"), [("letter", 612), ("a4", 595)])
def test_both_papers(paper: str, width: int, *, own_exports: Path) -> None:
    common = own_exports / "common.toml"
    common.write_text(common.read_text().replace('paper = "letter"', f'paper = "{paper}"'))
    content = pdf.render(
        html_of(kind_samples.version(), own_exports),
        title="T",
        language="en-US",
        created_at=samples.NOW,
        identifier=b"x" * 16,
    )
    with pikepdf.open(io.BytesIO(content)) as file:
        assert int(file.pages[0].mediabox[2]) == width


def test_no_stylesheet_takes_hash_and_numbers_off_the_pages(own_exports: Path) -> None:
    (own_exports / "print.css").write_text("@page { @bottom-center { content: none } }")
    report = kind_samples.version()
    content = pdf.render(
        html_of(report, own_exports),
        title="T",
        language="en-US",
        created_at=samples.NOW,
        identifier=b"x" * 16,
    )
    pages = inspection.read(content).pages
    short = twin_of(report).short_hash.replace(" ", "")
    assert all(short in text and report.drawn.number in text for text in pages)
    assert pages[-1].endswith(f"Page{len(pages)}of{len(pages)}")


def test_the_code_on_the_first_page_leads_to_a_page_that_names_nobody() -> None:
    assert samples.ISSUER.verify_url == "https://privacy.listing.example/verify"


def test_charts_say_in_words_what_they_draw() -> None:
    drawn = charts.bars("Requests", "delete 3", [charts.Bar("delete & more", 3, "late")])
    assert "<title>Requests. delete 3</title>" in drawn
    assert "delete &amp; more" in drawn
    line = charts.timeline(
        "Course",
        "two days",
        [charts.Moment(date(2026, 1, 5), "Due", due=True), charts.Moment(date(2026, 1, 1), "In")],
    )
    assert line.index("1 Jan 2026") < line.index("5 Jan 2026")


@pytest.mark.parametrize("items", [[], [charts.Bar("x", -1)], [charts.Bar("x", 1)] * 41])
def test_charts_refuse_what_they_cannot_draw_honestly(items: list[charts.Bar]) -> None:
    with pytest.raises(InvalidInput):
        charts.bars("T", "D", items)


def test_what_happened_on_one_day_shares_a_label_and_no_label_covers_another() -> None:
    moments = [
        *[charts.Moment(date(2026, 11, 28), one) for one in ("Known", "Frozen", "Closed")],
        charts.Moment(date(2026, 11, 29), "Answer"),
        charts.Moment(date(2026, 11, 30), "Decide", due=True),
        charts.Moment(date(2026, 12, 1), "Delete in every system", due=True),
        charts.Moment(date(2027, 1, 28), "Backup horizon", due=True),
    ]
    line = charts.timeline("Course", "days", moments)
    assert ">Known, frozen, closed<" in line
    assert_nothing_crosses(line)


@pytest.mark.parametrize("marks", [3, 8, 15])
@pytest.mark.parametrize("gap", [1, 3, 40])
def test_no_stem_of_a_timeline_crosses_a_label(marks: int, gap: int) -> None:
    words = (
        "Known",
        "Every use of what the child gave stopped at once",
        "Asked",
        "Searched again",
    )
    days = [date(2026, 11, 28) + timedelta(days=at * at * gap // 2) for at in range(marks)]
    assert_nothing_crosses(
        charts.timeline(
            "Course",
            "days",
            [
                charts.Moment(day, f"{words[at % 4]} {at}", due=at > marks - 3)
                for at, day in enumerate(days)
            ],
        )
    )


def assert_nothing_crosses(line: str) -> None:
    """Check that labels lie inside the drawing, apart from each other, and clear of stems."""
    texts = [
        (int(x), int(y), text)
        for x, y, text in re.findall(r'<text x="(\d+)" y="(\d+)"[^>]*>([^<]*)<', line)
    ]
    stems = [
        (int(x), *sorted((int(start), int(end))))
        for x, start, end in re.findall(r'<line x1="(\d+)" y1="(\d+)" x2="\1" y2="(\d+)"', line)
    ]
    assert stems
    for at, (x, y, text) in enumerate(texts):
        right = x + 6 * len(text)
        assert right <= 680, text
        for other_x, other_y, other in texts[at + 1 :]:
            beside = right < other_x or other_x + 6 * len(other) < x
            assert beside or abs(y - other_y) > 10, (text, other)
        for stem, top, bottom in stems:
            assert not (x <= stem <= right and top < y and bottom > y - 9), text


def test_a_timeline_of_one_day_is_drawn_and_none_is_refused() -> None:
    assert charts.timeline("T", "D", [charts.Moment(date(2026, 1, 1), "In")])
    with pytest.raises(InvalidInput):
        charts.timeline("T", "D", [])


def test_the_short_hash_is_the_beginning_of_the_hash() -> None:
    assert twin.short_hash("0123456789abcdef" * 4) == "0123 4567 89ab cdef"


def test_words_that_would_break_the_page_footer_are_refused(own_exports: Path) -> None:
    common = own_exports / "common.toml"
    common.write_text(common.read_text().replace('page = "Page"', "page = 'a\"b'"))
    with pytest.raises(InvalidInput):
        html_of(kind_samples.yearly(), own_exports)


def test_the_page_module_draws_nothing_known_as_a_dash() -> None:
    assert page._cell(None) == "\N{EN DASH}"
    assert page._cell(1234567) == "1,234,567"
