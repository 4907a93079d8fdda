"""The package of a request to know: offered to the mailbox, fetched by the person."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from privacy_engine.engine import Engine
from privacy_engine.rights.rules import MAX_ATTEMPTS
from privacy_engine.sample_site.people import MAYA
from tests.factories import sample_world
from tests.functional.portal.visiting import Visit, reference_in, words

pytestmark = pytest.mark.functional


@pytest.fixture
def known(engine: Engine) -> Iterator[tuple[Visit, str]]:
    """A visitor whose request to know was answered, and its reference."""
    with sample_world(engine) as world:
        visit = Visit(engine)
        reference = reference_in(visit.ask("know:specific", email=MAYA.email))
        world.work()
        world.confirm(reference)
        world.work()
        world.decide(reference)
        world.work()
        yield visit, reference


def test_the_mailbox_gets_its_files_after_one_more_confirmation(
    known: tuple[Visit, str],
) -> None:
    visit, reference = known
    status = visit.link(f"/requests/{reference}?key=")
    assert "Your files" in visit.read(status)
    page = visit.link(f"/{reference}/package")
    assert "m•••@e•••.org" in visit.read(page)
    assert MAYA.email not in visit.get(page).get_data(as_text=True)
    wrong = visit.send(page, to=f"/requests/{reference}/package", email="else@example.org")
    assert wrong.status_code == 422
    assert "This is not the address" in words(wrong)
    answer = visit.send(
        page, to=f"/requests/{reference}/package", email=f"  {MAYA.email.upper()} "
    )
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    names = zipfile.ZipFile(io.BytesIO(answer.get_data())).namelist()
    assert "read-me-first.html" in names


def test_guessing_the_address_ends_after_a_few_attempts(known: tuple[Visit, str]) -> None:
    visit, reference = known
    page = visit.link(f"/{reference}/package")
    for attempt in range(MAX_ATTEMPTS):
        visit.send(page, to=f"/requests/{reference}/package", email=f"m{attempt}@example.org")
    answer = visit.send(page, to=f"/requests/{reference}/package", email=MAYA.email)
    assert answer.mimetype != "application/zip"
    assert "Too many attempts failed" in words(answer)
