"""Signed permissions and powers of attorney: sent without script, looked at, kept, gone."""

import io
import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from privacy_engine.engine import Engine
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import request_papers
from privacy_engine.workflow.steps.own_sources import destroy_case
from tests.factories import SampleWorld, sample_world
from tests.functional.console.world import Office
from tests.functional.console.world import words as said
from tests.functional.portal.visiting import Visit, hidden, reference_in, words

pytestmark = pytest.mark.functional

PDF = b"%PDF-1.7 I, Maya Tallow, let Ada ask for me."
AGENT = {"for": "agent", "agent": "Ada Quill, ada@agents.example"}


@pytest.fixture
def beside(engine: Engine) -> Iterator[tuple[SampleWorld, Visit]]:
    """The sample site, and a visitor of its portal."""
    with sample_world(engine) as world:
        world.introduce(MAYA)
        yield world, Visit(engine)


def _asked(visit: Visit, right: str = "delete", **typed: str) -> tuple[str, str]:
    """Return the reference and the only link that an agent gets."""
    page = visit.get(visit.ask(right, email=MAYA.email, **typed))
    visit.work()
    link = re.search(r'href="(/requests/R-[^"#]+)', page.get_data(as_text=True))
    assert link
    return reference_in(link[1]), link[1].replace("&amp;", "&")


def _send(visit: Visit, link: str, content: bytes, *, kind: str = "permission") -> TestResponse:
    page = visit.get(link)
    form = {**hidden(page), "kind": kind, "paper": (io.BytesIO(content), "scan.pdf")}
    return visit.post(link.replace("?", "/paper?", 1), **form)


def test_an_agent_sends_a_permission_and_an_officer_looks_at_it(
    beside: tuple[SampleWorld, Visit],
) -> None:
    world, visit = beside
    reference, link = _asked(visit, **AGENT)
    assert "Show that you may ask for them" in visit.read(link)
    assert _send(visit, link, PDF).status_code == 303
    assert "We have 1 paper from you" in visit.read(link)
    assert visit.request(reference).unread == 1, "somebody has to look at it"

    office = Office(world.engine)
    browser = office.somebody()
    page = browser.get(f"/requests/{reference}").get_data(as_text=True)
    assert "Signed permission" in page
    paper = re.search(rf"/console(/requests/{reference}/papers/[0-9A-Za-z_-]+)", page)
    assert paper
    opened = browser.get(paper[1])
    assert opened.data == PDF
    assert opened.headers["Content-Disposition"].startswith("attachment")
    assert len(visit.events("message.opened")) == 1, "looking is on record"
    kept = list(world.engine.settings.exports_directory.rglob("*.sealed"))
    assert kept
    assert not any(b"Maya" in path.read_bytes() for path in kept)


def test_a_permission_that_is_not_on_file_cannot_be_ticked(
    beside: tuple[SampleWorld, Visit],
) -> None:
    world, visit = beside
    reference, link = _asked(visit, **AGENT)
    browser = Office(world.engine).somebody()
    browser.get(f"/requests/{reference}")
    check = {"outcome": "verified", "point": ["name", "phone", "permission"], "declared": "yes"}
    refused = browser.post(f"/requests/{reference}/verify", **check)
    assert refused.status_code == 422
    assert "Add the paper first" in said(refused)
    _send(visit, link, PDF)
    browser.post(f"/requests/{reference}/verify", **check)
    assert visit.request(reference).verified_at


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file"),
        (b"MZ a program", "neither PDF, JPEG nor PNG"),
    ],
)
def test_what_is_no_paper_is_refused_in_a_sentence(
    beside: tuple[SampleWorld, Visit], content: bytes, why: str
) -> None:
    _, visit = beside
    reference, link = _asked(visit, **AGENT)
    refused = _send(visit, link, content)
    assert refused.status_code == 422
    assert why in words(refused)
    assert visit.request(reference).unread == 0


def test_a_paper_that_is_too_large_is_refused_in_a_sentence() -> None:
    large = b"%PDF-" + b"0" * request_papers.MOST_BYTES
    assert "larger than 5 MB" in request_papers.fault_of(large)


def test_there_is_an_end_to_papers_and_the_same_one_counts_once(
    beside: tuple[SampleWorld, Visit],
) -> None:
    world, visit = beside
    reference, link = _asked(visit, **AGENT)
    first = visit.get(link)
    for number in (0, 0, *range(request_papers.MOST_PAPERS)):
        _send(visit, link, PDF + str(number).encode())
    with world.engine.reading() as tx:
        assert len(request_papers.papers(tx, reference)) == request_papers.MOST_PAPERS
    assert "That is all we can take here" in visit.read(link)
    form = {**hidden(first), "kind": "permission", "paper": (io.BytesIO(PDF + b"x"), "x")}
    assert visit.post(link.replace("?", "/paper?", 1), **form).status_code == 400


def test_who_asks_for_themselves_is_asked_for_no_paper(
    beside: tuple[SampleWorld, Visit],
) -> None:
    _, visit = beside
    reference, link = _asked(visit)
    assert "Show that you may ask" not in visit.read(link)
    refused = _send(visit, link, PDF)
    assert refused.status_code == 422
    assert visit.request(reference).unread == 0


def test_a_paper_stays_with_the_record_and_leaves_with_it(
    beside: tuple[SampleWorld, Visit],
) -> None:
    world, visit = beside
    reference, link = _asked(visit, **AGENT)
    _send(visit, link, PDF)
    folder = world.engine.settings.exports_directory / "request-papers"
    request_papers.sweep(world.engine)
    assert len(list(folder.rglob("*.sealed"))) == 1
    world.engine.run(lambda tx: destroy_case(tx, reference, ground="request-records"))
    request_papers.sweep(world.engine)
    assert list(folder.rglob("*.sealed")) == []
