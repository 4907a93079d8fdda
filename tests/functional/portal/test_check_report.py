"""Whoever was given a report learns four things of it, and nobody else learns anything."""

import hashlib
import io
import re
import shutil
from pathlib import Path

import pytest

from privacy_engine import clock
from privacy_engine.cli.report import produce
from privacy_engine.engine import Engine
from privacy_engine.keys import certificate
from privacy_engine.reports import filing, offline
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.reports.produce import produce as draw
from tests.engines import REPOSITORY
from tests.functional.portal.visiting import Visit, hidden, words

pytestmark = pytest.mark.functional


@pytest.fixture
def instance(engine: Engine) -> Engine:
    shutil.copytree(REPOSITORY / "exports", engine.settings.root / "exports")
    return engine


def issued(engine: Engine, path: Path) -> bytes:
    produce(engine, "promises", Ask(), out=path)
    return path.read_bytes()


def checked(engine: Engine, content: bytes) -> tuple[str, str]:
    """Send a file without JavaScript; return the answer and what the page says."""
    visit = Visit(engine)
    form = hidden(visit.get("/verify"))
    page = visit.post("/verify", **form, report=(io.BytesIO(content), "report.pdf"))
    found = re.search(r'data-answer="(\w+)"', page.get_data(as_text=True))
    return found[1] if found else "", words(page)


def looked_up(engine: Engine, digest: str) -> tuple[str, str]:
    visit = Visit(engine)
    page = visit.post("/verify", **(hidden(visit.get("/verify")) | {"sha256": digest}))
    found = re.search(r'data-answer="(\w+)"', page.get_data(as_text=True))
    return found[1] if found else "", words(page)


def test_the_newest_is_valid_and_an_older_one_superseded(instance: Engine, tmp_path: Path) -> None:
    first = issued(instance, tmp_path / "a.pdf")
    assert checked(instance, first)[0] == "valid"
    second = issued(instance, tmp_path / "b.pdf")
    answer, said = checked(instance, first)
    assert (answer, checked(instance, second)[0]) == ("superseded", "valid")
    assert "newer one" in said
    digests = [hashlib.sha256(one).hexdigest() for one in (first, second)]
    assert [looked_up(instance, one)[0] for one in digests] == ["superseded", "valid"]


def test_one_that_was_altered_is_told_from_a_strangers(instance: Engine, tmp_path: Path) -> None:
    ours = issued(instance, tmp_path / "a.pdf")
    at = ours.index(b"/Producer")
    for altered in (ours + b"\n%%EOF", ours[:at] + b"/Producex" + ours[at + 9 :]):
        answer, said = checked(instance, altered)
        assert answer == "altered", said
        assert "SHA-256" in said
    for foreign in (b"%PDF-1.7 nothing", b"", b"\x00" * 5_000):
        assert checked(instance, foreign or b"%")[0] == "unknown"
    answer, said = looked_up(instance, hashlib.sha256(ours + b" ").hexdigest())
    assert answer == "unknown"
    assert "send the file itself" in said


def test_our_signature_without_a_record_is_not_valid(instance: Engine) -> None:
    """Somebody who has the key but not the log cannot issue a report."""
    instance.sequence(tally=True)
    with instance.reading() as tx:
        report = BUILDERS["promises"](tx, Ask())
    settings = instance.settings
    signing = certificate.load_or_make(
        settings.keys_directory, organisation="Session in Progress", now=clock.now()
    )
    made = draw(report, signing, exports=settings.path("exports"), issuer=filing.issuer(settings))
    answer, said = checked(instance, made.signed_bytes)
    assert answer == "unknown"
    assert "our record holds no such report" in said


def test_nothing_is_told_by_the_address_and_nothing_without_a_file(instance: Engine) -> None:
    visit = Visit(instance)
    for digest in ("", "abc", "0" * 63, "../" * 22):
        answer = visit.post("/verify", **(hidden(visit.get("/verify")) | {"sha256": digest}))
        assert answer.status_code == 422
        assert "Choose the PDF file" in words(answer)
    assert "data-answer" not in visit.get(f"/verify?sha256={'0' * 64}").get_data(as_text=True)


def test_the_offline_page_is_handed_out_and_asks_nothing_of_any_network(instance: Engine) -> None:
    page = Visit(instance).get("/verify/offline")
    assert page.data == offline.PAGE.read_bytes()
    assert "attachment" in page.headers["Content-Disposition"]
    text = page.get_data(as_text=True)
    assert not re.findall(r"(?:src|href|action)\s*=|fetch\(|XMLHttpRequest|https?://", text)
    assert "default-src 'none'" in text
