"""Versions published once and for good, and who was shown which of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from privacy_engine.documents import actions, register
from privacy_engine.documents.register import REGISTER
from privacy_engine.documents.rules import Telling
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, InvalidInput, UnknownCode
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.instance.terms import Reconsent
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier, Trust
from tests.functional.registers.rebuilding import all_events, at, rebuilt, rows, wire

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAYA = Identifier("email", "maya.tallow@example.org")
INES = Identifier("email", "ines.corvo@example.org")
SLUG, FIRST = "privacy-statement", "2021-11-04"


@pytest.fixture
def shelf(engine: Engine) -> Engine:
    """An engine that keeps the documents."""
    return wire(engine, REGISTER, {})


def with_version(engine: Engine, **changes: Any) -> DocumentVersion:
    """Put one more version of the statement into the content; return it."""
    base = engine.content.document(SLUG, FIRST)
    made = replace(base, **changes)
    others = [
        item
        for item in engine.world.content.documents
        if (item.slug, item.version, item.language) != (made.slug, made.version, made.language)
    ]
    content = replace(engine.world.content, documents=(*others, made))
    engine.world = replace(engine.world, content=content)
    return made


def publish(engine: Engine, version: str = FIRST, **how: Any) -> tuple[str, ...]:
    settings = {"approved_by": "counsel"} | how
    with at(engine, NOW) as tx:
        done = actions.publish(tx, SLUG, version, **settings)
        return tuple(item.version for item in done)


def show(engine: Engine, who: Identifier, version: str, *, day: float = 0) -> None:
    with at(engine, NOW + (day + 1) * DAY) as tx:
        tx.append(
            "notice.shown",
            {"document": SLUG, "version": version},
            subject=[who],
            site="listing-site",
            trust=Trust.SERVER,
            occurred_at=NOW + day * DAY,
        )


def test_a_version_is_published_once(shelf: Engine) -> None:
    assert publish(shelf) == publish(shelf) == (FIRST,)
    with shelf.reading() as tx:
        (item,) = register.in_force(tx.session, at=NOW)
    assert (item.document, item.version, item.approved_by) == (SLUG, FIRST, "counsel")
    assert item.sha256 == shelf.content.document(SLUG, FIRST).sha256
    kinds = [event.kind for event in all_events(shelf)]
    assert kinds.count("document.published") == 1


@pytest.mark.parametrize(
    ("changes", "how", "words"),
    [
        ({"draft": True}, {}, r"^policies/privacy-statement/2021-11-04\.md:\d+: .* is a draft"),
        ({}, {"approved_by": " "}, "not approved yet"),
    ],
)
def test_what_is_not_ready_is_not_published(
    shelf: Engine, changes: dict[str, Any], how: dict[str, Any], words: str
) -> None:
    with_version(shelf, **changes)
    with pytest.raises(Conflict, match=words):
        publish(shelf, **how)


def test_who_approved_is_named_by_office_and_never_by_address(shelf: Engine) -> None:
    with pytest.raises(InvalidInput):
        publish(shelf, approved_by="counsel@example.org")
    with pytest.raises(UnknownCode):
        publish(shelf, "1999-01-01")


def test_a_published_version_that_was_edited_is_found_and_refused(shelf: Engine) -> None:
    publish(shelf)
    with shelf.reading() as tx:
        assert actions.edited(tx.session, tx.content) == []
    with_version(shelf, sha256="0" * 64)
    with pytest.raises(Conflict, match=r"2021-11-04\.md:\d+: .*other text; put the old text back"):
        publish(shelf)
    with shelf.reading() as tx:
        (fault,) = actions.edited(tx.session, tx.content)
    assert fault.path.endswith("2021-11-04.md")


def test_a_material_change_waits_for_its_notice(shelf: Engine) -> None:
    publish(shelf)
    made = with_version(
        shelf, version="2026-12-20", material=True, effective_at=NOW + 31 * DAY, sha256="1" * 64
    )
    with pytest.raises(Conflict, match="only after a notice"):
        publish(shelf, made.version)
    with pytest.raises(Conflict, match="people have until 2026-12-25 to read"):
        publish(shelf, made.version, notice_at=NOW + 3 * DAY)
    assert publish(shelf, made.version, notice_at=NOW - DAY) == (made.version,)
    with shelf.reading() as tx:
        published = register.published(tx.session, SLUG)
        assert [item.version for item in published] == [FIRST, made.version]
        assert [item.version for item in register.in_force(tx.session, at=NOW)] == [FIRST]
        assert published[-1].notice_at == NOW - DAY


def test_a_change_that_nobody_announced_never_begins(shelf: Engine) -> None:
    publish(shelf)
    made = with_version(
        shelf,
        version="2026-12-20",
        supersedes=FIRST,
        material=True,
        effective_at=NOW + 31 * DAY,
        sha256="1" * 64,
    )
    later = NOW + 40 * DAY
    with at(shelf, later) as tx:
        assert tx.content.in_force(SLUG, later).version == FIRST
    publish(shelf, made.version, notice_at=NOW)
    with at(shelf, later) as tx:
        assert tx.content.in_force(SLUG, later).version == made.version
        assert tx.content.in_force(SLUG, NOW + 30 * DAY).version == FIRST


def test_at_the_start_whatever_is_in_force_is_published(shelf: Engine) -> None:
    with at(shelf, NOW) as tx:
        first = actions.publish_all_in_force(tx, approved_by="operator")
        again = actions.publish_all_in_force(tx, approved_by="operator")
    assert again == ()
    assert {item.document for item in first} >= {SLUG, "ccpa-statement", "notice-at-collection"}
    assert all(item.effective_at <= NOW for item in first)


def test_whoever_saw_an_old_version_is_told_of_the_new_one(shelf: Engine) -> None:
    publish(shelf)
    made = with_version(
        shelf,
        version="2026-12-20",
        material=True,
        reconsent=Reconsent.REQUIRED,
        effective_at=NOW + 31 * DAY,
        sha256="1" * 64,
    )
    publish(shelf, made.version, notice_at=NOW)
    show(shelf, MAYA, FIRST)
    show(shelf, INES, FIRST)
    show(shelf, INES, made.version, day=32)
    with shelf.reading() as tx:
        maya, ines = (tx.find_subject([one], site="listing-site") or "" for one in (MAYA, INES))
        assert register.to_tell(tx.session, SLUG, language="en") == (
            Telling(maya, made.version, Reconsent.REQUIRED),
        )
        assert [item.version for item in register.shown_to(tx.session, [ines])] == [
            made.version,
            FIRST,
        ]
        assert register.shown_versions(tx.session, SLUG) == {FIRST: 2, made.version: 1}


def test_the_rows_are_the_same_when_they_are_built_again(any_engine: Engine) -> None:
    engine = wire(any_engine, REGISTER, {})
    publish(engine)
    show(engine, MAYA, FIRST)
    show(engine, INES, FIRST)
    assert rows(engine, REGISTER) == rebuilt(engine, REGISTER)
    with at(engine, NOW + 9 * DAY) as tx:
        subject_id = tx.find_subject([MAYA], site="listing-site") or ""
        tx.erase(Order((subject_id,), "R-2345-6789", tx.now), ground="erased")
    left = rows(engine, REGISTER)
    assert left == rebuilt(engine, REGISTER)
    assert len(left) == 2
