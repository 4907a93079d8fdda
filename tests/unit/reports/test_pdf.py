import io
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from privacy_engine.errors import InvalidInput, Unavailable
from privacy_engine.reports import inspection, pdf
from privacy_engine.reports.produce import Produced

PAGE = (
    "<!DOCTYPE html><html><head><style>{css} body {{ font-family: 'Source Sans 3', "
    "'Source Sans 3 Extended', 'DejaVu Sans' }}</style>"
    "</head><body><h1>Hello</h1>{body}</body></html>"
)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def render(body: str = "<p>Text</p>", **changes: object) -> bytes:
    values: dict[str, object] = {
        "title": "A title",
        "language": "en-US",
        "created_at": AT,
        "identifier": b"0123456789abcdef",
        "attachments": [
            pdf.Attachment("b.csv", b"x", "rows"),
            pdf.Attachment("a.json", b"{}", ""),
        ],
    }
    html = PAGE.format(css=pdf.font_css(), body=body)
    return pdf.render(html, **{**values, **changes})  # type: ignore[arg-type]


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render() == render()


def test_other_processes_and_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.unit.reports.test_pdf import render;"
        "import hashlib; sys.stdout.write(hashlib.sha256(render()).hexdigest())"
    )
    root = str(Path(__file__).parents[3])
    found = {
        subprocess.run(
            [sys.executable, "-c", program, root],
            env={"PYTHONHASHSEED": seed, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_the_clock_of_the_process_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    render()

    assert os.environ["SOURCE_DATE_EPOCH"] == "12345"  # noqa: TID251


@pytest.mark.parametrize("which", ["unsigned", "signed"])
def test_the_file_claims_pdf_a3a_and_ua1_and_keeps_the_claims_when_signed(
    which: str, produced: Produced
) -> None:
    content = render() if which == "unsigned" else produced.signed_bytes
    with pikepdf.open(io.BytesIO(content)) as file:
        assert not file.is_encrypted
        with file.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        root = file.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "en-US"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        assert root.StructTreeRoot is not None
        names = [str(one.UF) for one in root.AF]
        assert names == sorted(set(names))
        assert {str(one.AFRelationship) for one in root.AF} == {"/Data"}


def test_pictures_have_a_text_alternative(produced: Produced) -> None:
    with pikepdf.open(io.BytesIO(produced.signed_bytes)) as file:
        figures = [
            one
            for one in file.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"
        ]
        assert len(figures) == 2
        assert all(len(str(one.Alt)) > 10 for one in figures)


@pytest.mark.parametrize(
    ("program", "arguments", "expected"),
    [
        ("qpdf", ["--check"], "No syntax or stream encoding errors"),
        ("pdfinfo", [], "Tagged:          yes"),
        ("pdfsig", ["-nocert"], "Total document signed"),
        ("pdfsig", ["-nocert"], "Signature is Valid"),
    ],
)
def test_other_programs_read_the_signed_file(
    program: str, arguments: list[str], expected: str, *, produced: Produced, tmp_path: Path
) -> None:
    tool = shutil.which(program)
    if tool is None:
        pytest.skip(f"{program} is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(produced.signed_bytes)
    done = subprocess.run(
        [tool, *arguments, str(path)], capture_output=True, text=True, check=True
    )
    assert expected in done.stdout


def test_every_font_is_embedded(produced: Produced, tmp_path: Path) -> None:
    tool = shutil.which("pdffonts")
    if tool is None:
        pytest.skip("pdffonts is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(produced.signed_bytes)
    done = subprocess.run([tool, str(path)], capture_output=True, text=True, check=True)
    rows = done.stdout.splitlines()[2:]
    assert rows
    # The last five columns: embedded, subset, has Unicode, object number and generation.
    assert all(row.split()[-5] == "yes" and row.split()[-3] == "yes" for row in rows)
    assert all("Source-" in row for row in rows)


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://tracker.example/pixel.png" alt="x">',
        '<img src="file:///etc/passwd" alt="x">',
        '<link rel="stylesheet" href="http://tracker.example/a.css">',
        '<p style="background: url(engine-font:../../../keys/master.key)">x</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://a.example/b.png"/></svg>',
    ],
)
def test_nothing_is_fetched(body: str) -> None:
    with pytest.raises(InvalidInput, match="only use the fonts"):
        render(body)


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(Unavailable, match="apt-get install"):
        render()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        render(created_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_letters_of_other_alphabets_come_out_as_themselves() -> None:
    text = "Zürich, Łódź, Αθήνα, Škoda"
    shown = inspection.read(render(f"<p>{text}</p><p>{text}</p>")).pages[0]
    assert text.replace(" ", "") in shown


def test_every_font_file_is_a_family_of_its_own() -> None:
    faces = re.findall(
        r'font-family: "(.+?)"; font-weight: (\d+); font-style: (\w+)', pdf.font_css()
    )
    assert faces
    assert len(faces) == len(set(faces))
