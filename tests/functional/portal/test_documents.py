"""Published texts: every version at its own address, and what changed between two."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from privacy_engine import clock
from privacy_engine.engine import Engine
from tests.functional.portal.visiting import Visit

pytestmark = pytest.mark.functional

OLD, NEW = "2021-11-04", "2026-12-01"
BASE = "/policies/privacy-statement"


@pytest.fixture
def visit(engine: Engine) -> Visit:
    """A visitor of an instance whose next statement is announced."""
    documents = tuple(
        replace(item, draft=False) if item.version == NEW else item
        for item in engine.content.documents
    )
    engine.content = replace(engine.content, documents=documents)
    return Visit(engine)


def test_an_announced_version_can_be_read_before_it_takes_effect(visit: Visit) -> None:
    with clock.fixed(datetime(2026, 11, 22, tzinfo=UTC)):
        assert "In force since 4 November 2021" in visit.read(BASE)
        page = visit.read(f"{BASE}/{NEW}")
    assert "Takes effect on 15 January 2027" in page
    assert "In force since" not in page


def test_an_old_version_says_so_and_leads_to_the_one_in_force(visit: Visit) -> None:
    with clock.fixed(datetime(2027, 1, 20, tzinfo=UTC)):
        assert "In force since 15 January 2027" in visit.read(BASE)
        old = visit.get(f"{BASE}/{OLD}").get_data(as_text=True)
    assert "This is an old version." in old
    assert f'href="{BASE}"' in old
    assert "until" in old


def test_what_changed_is_shown_word_by_word(visit: Visit) -> None:
    with clock.fixed(datetime(2027, 1, 20, tzinfo=UTC)):
        page = visit.get(f"{BASE}/{NEW}").get_data(as_text=True)
        assert f"{BASE}/changes/{OLD}..{NEW}" in page
        answer = visit.get(f"{BASE}/changes/{OLD}..{NEW}")
    assert answer.status_code == 200
    shown = answer.get_data(as_text=True)
    assert "<ins" in shown
    assert "<del" in shown
    assert visit.get(f"{BASE}/changes/{OLD}..2000-01-01").status_code == 404


def test_every_link_of_every_text_leads_somewhere(visit: Visit) -> None:
    slugs = {item.slug for item in visit.engine.content.documents if not item.draft}
    seen: set[str] = set()
    for slug in sorted(slugs):
        page = visit.get(f"/policies/{slug}").get_data(as_text=True)
        seen |= {part.partition('"')[0] for part in page.split('href="')[1:]}
    inside = {url.partition("#")[0] for url in seen if url.startswith("/")}
    for url in sorted(inside):
        answer = visit.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, url
        answer.close()


def test_a_text_is_read_in_another_language_where_it_is_there(visit: Visit) -> None:
    own = visit.get("/policies/childrens-direct-notice").get_data(as_text=True)
    assert 'language=es" hreflang="es" lang="es">Español</a>' in own
    page = visit.get("/policies/childrens-direct-notice/2026-11-01?language=es")
    shown = page.get_data(as_text=True)
    assert '<article class="document" lang="es">' in shown
    assert "Aviso a un padre" in shown
    elsewhere = visit.get("/policies/terms-of-service?language=es").get_data(as_text=True)
    assert '<article class="document" lang="en">' in elsewhere
