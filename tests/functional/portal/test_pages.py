"""What every public page keeps: no cookie, strict headers, honest failures, texts and reports."""

import io
import re
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from privacy_engine.cli.report import produce
from privacy_engine.engine import Engine
from privacy_engine.reports.ask import Ask
from tests.engines import REPOSITORY, make_engine
from tests.functional.portal.visiting import Visit, hidden, words

pytestmark = pytest.mark.functional

PAGES = (
    "/",
    "/request/delete",
    "/request/opt_out",
    "/find/status",
    "/find/preferences",
    "/parent",
    "/verify",
    "/policies",
    "/robots.txt",
    "/nowhere",
)

# A file of our own each, on a page that works as well without it; every other page has none.
SCRIPTS = {"/verify": ['<script src="/static/portal/verify.js" defer>']}


def test_no_page_sets_a_cookie_or_lets_anything_else_in(visit: Visit) -> None:
    for path in PAGES:
        answer = visit.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200)
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = answer.get_data(as_text=True)
        assert re.findall(r"<script[^>]*>", text) == SCRIPTS.get(path, [])
        assert " style=" not in text
    answer = visit.post(visit.ask())
    assert "Set-Cookie" not in answer.headers


def test_a_form_on_another_site_cannot_be_sent_here(visit: Visit) -> None:
    form = hidden(visit.get("/request/delete")) | {"email": "maya@example.org"}
    visit.headers = {"Sec-Fetch-Site": "cross-site"}
    answer = visit.post("/request/delete", **form)
    assert answer.status_code == 403
    assert "This form came from another site" in words(answer)
    assert visit.get("/request/delete").status_code == 200
    assert visit.events("request.received") == []


def test_failures_say_what_to_do(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "This page is not here" in words(visit.get("/nowhere"))
    assert visit.get("/policies/nothing").status_code == 404
    assert visit.get("/policies/privacy-statement/2000-01-01").status_code == 404
    assert "Please start again" in words(visit.post("/"))
    visit.engine.close()
    monkeypatch.setattr(visit.engine, "run", lambda *_, **__: 1 // 0)
    answer = visit.send("/find/status", email="maya@example.org")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer)
    assert "give this number" in words(answer)
    assert "division" not in answer.get_data(as_text=True)


# Limits ----------------------------------------------------------------------------------


def limited(engine: Engine, *, redis: str = "") -> Visit:
    """Return a visitor of a portal that takes three forms an hour."""
    settings = engine.settings
    limits = replace(settings.limits, portal_requests_per_hour=3)
    engine.settings = replace(
        settings, limits=limits, redis=replace(settings.redis, url=redis or settings.redis.url)
    )
    return Visit(engine)


def sent(visit: Visit, address: str = "203.0.113.7") -> int:
    form = hidden(visit.get("/find/status")) | {"email": "maya@example.org"}
    return visit.client.post(
        "/find/status", data=form, environ_base={"REMOTE_ADDR": address}
    ).status_code


def test_many_forms_in_an_hour_are_refused_kindly_and_reading_never_is(engine: Engine) -> None:
    visit = limited(engine)
    assert [sent(visit) for _ in range(4)] == [200, 200, 200, 429]
    assert sent(visit, "203.0.113.8") == 200
    answer = visit.client.post("/parent", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert answer.status_code == 429
    assert "That was often in a short time" in words(answer)
    assert int(answer.headers["Retry-After"]) <= 3600
    assert visit.client.get("/", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


def test_one_household_on_ipv6_counts_once(engine: Engine) -> None:
    visit = limited(engine)
    answers = [sent(visit, f"2001:db8:1:2::{part}") for part in range(1, 5)]
    assert answers == [200, 200, 200, 429]
    assert sent(visit, "2001:db8:1:3::1") == 200


def test_processes_behind_one_redis_count_together(tmp_path: Path, redis_url: str) -> None:
    engines = [make_engine(tmp_path) for _ in range(2)]
    one, two = (limited(engine, redis=redis_url) for engine in engines)
    assert [sent(one), sent(two), sent(one), sent(two)] == [200, 200, 200, 429]
    for engine in engines:
        engine.close()


def test_two_instances_behind_one_redis_count_apart(tmp_path: Path, redis_url: str) -> None:
    engines = [make_engine(tmp_path / name) for name in ("one", "two")]
    one, two = (limited(engine, redis=redis_url) for engine in engines)
    assert [sent(one) for _ in range(4)] == [200, 200, 200, 429]
    assert sent(two) == 200
    for engine in engines:
        engine.close()


def test_people_get_through_while_redis_is_down(engine: Engine) -> None:
    visit = limited(engine, redis="redis://127.0.0.1:1/0")
    assert sent(visit) == 200


# Documents -------------------------------------------------------------------------------


def test_a_document_has_contents_one_title_and_its_fingerprint(visit: Visit) -> None:
    page = visit.get("/policies/ccpa-statement").get_data(as_text=True)
    assert page.count("<h1") == 1
    assert "On this page" in page
    assert 'href="#how-to-ask"' in page
    assert 'id="how-to-ask"' in page
    current = visit.engine.content.versions("ccpa-statement")[-1]
    assert current.sha256 in page
    assert visit.get(f"/policies/ccpa-statement/{current.version}").status_code == 200


def test_only_the_version_in_force_says_so(visit: Visit) -> None:
    page = visit.read("/policies")
    assert "In force since 4 November 2021" in page
    assert visit.get("/policies/privacy-statement/2026-12-01").status_code in {200, 404}


def test_robots_keep_out_of_what_is_one_persons(visit: Visit) -> None:
    rules = visit.get("/robots.txt").get_data(as_text=True)
    for path in ("/requests/", "/preferences", "/unsubscribe", "/parent/"):
        assert f"Disallow: {path}" in rules


# Reports ---------------------------------------------------------------------------------


def check(visit: Visit, content: bytes, name: str = "report.pdf") -> TestResponse:
    """Upload a file to the page that checks reports."""
    return visit.client.post(
        "/verify",
        data={"report": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def test_what_is_no_report_of_ours_is_said_in_words(visit: Visit) -> None:
    broken = b"%PDF-1.7\n" + b"\xff" * 5_000
    for content in (b"", b"hello", b"%PDF-1.7\n%%EOF", broken, b"PK\x03"):
        answer = check(visit, content)
        assert answer.status_code in {200, 422}, words(answer)
        assert "Something went wrong" not in words(answer)
        assert "Proven" not in words(answer)
    assert "Choose the PDF file" in words(check(visit, b"x", ""))


@pytest.mark.slow
def test_a_report_is_checked_whole_altered_and_made_by_another(
    visit: Visit, tmp_path: Path
) -> None:
    whole = report_of(visit.engine, tmp_path / "whole.pdf")
    (tmp_path / "another").mkdir()
    another = make_engine(tmp_path / "another")
    foreign = report_of(another, tmp_path / "foreign.pdf")
    another.close()

    answer = check(visit, whole)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert sha256(whole).hexdigest() in page
    assert "tone-good" in page

    at = len(whole) // 3
    altered = check(visit, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for wrong in (altered, check(visit, foreign)):
        answer = re.search(r'data-answer="(\w+)"', wrong.get_data(as_text=True))
        assert answer, words(wrong)
        assert answer[1] in {"altered", "unknown"}, words(wrong)
        assert "tone-good" not in wrong.get_data(as_text=True).partition("data-answer")[2][:400]
    assert list(visit.engine.settings.root.rglob("report.pdf")) == []


def report_of(engine: Engine, path: Path) -> bytes:
    """Return a report that an engine signed."""
    shutil.copytree(REPOSITORY / "exports", engine.settings.root / "exports")
    produce(engine, "log-integrity", Ask(), out=path)
    return path.read_bytes()
