"""What strangers type reaches officers, letters and files as text and as nothing else."""

import io
import zipfile

import pytest

from privacy_engine.engine import Engine
from privacy_engine.letters import transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Identifier
from privacy_engine.reports import subject_package
from tests.factories import sample_world
from tests.functional.console.world import Office
from tests.functional.portal.visiting import Visit, reference_in

pytestmark = pytest.mark.functional

ATTACK = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7919*7927 }}{name}=cmd|calc'


def test_the_console_shows_what_was_typed_as_text(engine: Engine) -> None:
    visit = Visit(engine)
    location = visit.ask(
        "correct",
        email="maya+b@example.org",
        name=ATTACK[:200],
        details=ATTACK,
        corrections=ATTACK,
        agent=ATTACK[:200],
        **{"for": "agent"},
    )
    visit.send("/parent", child="pip@example.org", details=ATTACK)
    visit.work()
    officer = Office(engine).somebody()
    for path in ("/requests", f"/requests/{reference_in(location)}", "/children", "/events"):
        page = officer.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert str(7919 * 7927) not in page


def test_letters_carry_a_hostile_name_as_text_in_one_head(engine: Engine) -> None:
    visit = Visit(engine)
    visit.ask(name="Maya\r\nBcc: everybody@example.org {verify_url}", details=ATTACK)
    visit.work()
    for event in visit.letters():
        letter = Outgoing(
            event.event_id,
            str(event.data["address"]),
            str(event.data["subject_line"]),
            str(event.data["body"]),
            "en",
            event.recorded_at,
        )
        message = transport.as_message(engine.settings, letter)
        assert message["Bcc"] is None
        assert message.get_all("To") == ["maya@example.org"]
        assert "{verify_url}" in letter.body, "a value is never read as a template"


def test_the_package_shows_hostile_rows_as_text(engine: Engine) -> None:
    with sample_world(engine) as world:
        visit = Visit(engine)
        reference = reference_in(visit.ask("know:specific", name=ATTACK[:200]))
        world.report(
            "message.received",
            {"channel": "contact-form", "text": ATTACK},
            [Identifier("email", "maya@example.org")],
        )
        world.work()
        world.confirm(reference)
        world.work()
        world.decide(reference)
        world.work()
        with engine.reading() as tx:
            content = subject_package.open_package(tx, reference)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert b"<script>alert" not in archive.read("read-me-first.html")
