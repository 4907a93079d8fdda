"""Rows that also concern others wait for an officer, and become what the officer said."""

import pytest

from privacy_engine.connectors.sql import reading
from privacy_engine.connectors.sql.states import State
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import OnDelete
from privacy_engine.log.event import Identifier
from privacy_engine.reports import system_facts
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.workflow import actions, row_decisions
from privacy_engine.workflow import case as cases
from privacy_engine.workflow.steps import counting
from tests.factories import OFFICER, SampleWorld
from tests.snapshots import changes

SITE = "listing-database"


def site_does(world: SampleWorld, *statements: str) -> None:
    with world.by_hand() as connection:
        for statement in statements:
            connection.execute(statement)


def forgotten_table(world: SampleWorld) -> None:
    site_does(
        world,
        "CREATE TABLE gift_cards (id INTEGER PRIMARY KEY, client_id INTEGER"
        " REFERENCES clients (id) ON DELETE CASCADE)",
        f"INSERT INTO gift_cards VALUES (1, {MAYA.number}), (2, {OTTO.number})",  # noqa: S608
    )


def shared_telephone(world: SampleWorld) -> None:
    site_does(world, f"UPDATE clients SET phone = '{MAYA.phone}' WHERE id = {OTTO.number}")  # noqa: S608
    who = [Identifier("email", MAYA.email), Identifier("phone", MAYA.phone)]
    world.report("notice.shown", {"document": "privacy-statement", "version": "2021-11-04"}, who)


def decide(world: SampleWorld, case: str, choices: dict[str, OnDelete]) -> None:
    world.engine.run(
        lambda tx: actions.decide_rows(
            tx, case, system=SITE, choices=choices, note="They share a household."
        ),
        actor=OFFICER,
    )


def begun(world: SampleWorld) -> str:
    world.introduce(MAYA)
    return world.delete_whole(MAYA)


def test_the_words_of_the_connector_are_those_of_the_decision() -> None:
    assert reading.REASONS[State.HELD] == row_decisions.FOLLOWS
    assert reading.REASONS[State.LEADS] == row_decisions.LEADS
    assert reading.REASONS[State.VIA_SHARED] == row_decisions.HANGS_ON


def test_what_may_go_goes_and_the_rest_waits_for_the_officer(world: SampleWorld) -> None:
    forgotten_table(world)
    case = begun(world)
    row = world.board(case)[SITE]
    assert row.removed is None
    assert row.partly is not None
    assert "appointments" in row.partly
    assert row_decisions.open_tables(row) == ("gift_cards",)
    assert world.steps(case)["delete"].detail["decide"] == [SITE]
    timeline = len(world.timeline(case))
    world.engine.run(lambda tx: actions.retry(tx, case, step="delete"), actor=OFFICER)
    world.work()
    assert len(world.timeline(case)) <= timeline + 1, "nothing is asked twice"

    decide(world, case, {"gift_cards": OnDelete.KEEP})
    world.work()
    row = world.board(case)[SITE]
    assert row.removed is not None
    assert row.removed["appointments"] == row.removed.get("appointments")
    kept = {item["table"]: item["ground"] for item in row.retained}
    assert kept["clients"] == "officer_decision", "the card needs its client"
    assert row.verdict == "erased"
    assert world.request(case).ended
    assert world.broken() == []


def test_somebody_elses_row_is_left_when_the_officer_says_so(small_world: SampleWorld) -> None:
    shared_telephone(small_world)
    before = small_world.snapshot()
    case = begun(small_world)
    tables = row_decisions.open_tables(small_world.board(case)[SITE])
    assert "clients" in tables
    decide(small_world, case, dict.fromkeys(tables, OnDelete.KEEP))
    small_world.work()
    assert small_world.board(case)[SITE].verdict == "erased"
    touched = [
        change
        for change in changes(before, small_world.snapshot())
        if change.before and change.before.get("client_id") == OTTO.number
    ]
    assert touched == [], "nothing of Otto's was touched"


def test_what_went_and_what_stayed_before_the_decision_stands_in_letter_and_certificate(
    small_world: SampleWorld,
) -> None:
    shared_telephone(small_world)
    case = begun(small_world)
    first = small_world.board(case)[SITE]
    law = [item for item in first.retained if item["ground"] == "legal_obligation"]
    assert law
    assert sum((first.partly or {}).values()) > 5
    tables = row_decisions.open_tables(first)
    decide(small_world, case, dict.fromkeys(tables, OnDelete.KEEP))
    small_world.work()
    kept = small_world.board(case)[SITE].retained
    assert [item for item in kept if item["ground"] == "legal_obligation"] == law
    assert any(item["ground"] == "officer_decision" for item in kept)
    with small_world.engine.reading() as tx:
        (site,) = [
            item
            for item in system_facts.systems(tx, tx.events_of_case(case))
            if item.title == "The database behind the listing site"
        ]
    assert site.removed == sum((first.partly or {}).values())
    assert "a law requires it" in {item.ground for item in site.retained}
    # The letter itself was sealed under the person's key, and went with it.
    with small_world.engine.reading() as tx:
        said = cases._outcomes(tx, small_world.request(case))
    answer = said["systems"] + said["kept"]
    assert "a law asks for it (26 USC 6501" in answer
    assert "it also concerns somebody else" in answer
    assert "officer_decision" not in answer
    assert "only what we keep was found" in answer


def test_a_decision_must_be_whole_and_possible(small_world: SampleWorld) -> None:
    forgotten_table(small_world)
    case = begun(small_world)
    for choices in ({}, {"gift_cards": OnDelete.DELETE}, {"clients": OnDelete.KEEP}):
        with pytest.raises(InvalidInput):
            decide(small_world, case, choices)
    decide(small_world, case, {"gift_cards": OnDelete.KEEP})
    with pytest.raises(Conflict):
        decide(small_world, case, {"gift_cards": OnDelete.KEEP})


def test_a_system_that_fails_can_be_handed_over_and_is_searched_by_machine(
    small_world: SampleWorld,
) -> None:
    small_world.introduce(MAYA)
    case = small_world.ask(MAYA)
    small_world.work()
    small_world.confirm(case)
    small_world.work()
    site_does(small_world, "CREATE TRIGGER no BEFORE DELETE ON clients BEGIN"
              " SELECT RAISE(ABORT, 'never'); END")  # fmt: skip
    small_world.decide(case)
    small_world.work()
    small_world.attest(case)
    assert small_world.board(case)[SITE].message
    site_does(small_world, "DROP TRIGGER no")
    with pytest.raises(Conflict):
        small_world.engine.run(
            lambda tx: actions.attest(tx, case, system="mail-vendor", removed=1, note="No."),
            actor=OFFICER,
        )
    small_world.engine.run(
        lambda tx: actions.attest(tx, case, system=SITE, removed=1, note="By the administrator."),
        actor=OFFICER,
    )
    small_world.work()
    row = small_world.board(case)[SITE]
    assert row.removed is not None
    assert row.verdict in {"residue", "erased"}, "a word of a person is searched again"


def decided_and_refused(world: SampleWorld) -> str:
    """Return a case whose decision the system refuses, though it did not when it was taken."""
    shared_telephone(world)
    case = begun(world)
    tables = row_decisions.open_tables(world.board(case)[SITE])
    decide(world, case, dict.fromkeys(tables, OnDelete.DELETE))
    site_does(world, "CREATE TRIGGER kept BEFORE DELETE ON clients BEGIN"
              " SELECT RAISE(ABORT, 'an account stays'); END")  # fmt: skip
    world.work()
    return case


def test_a_decision_that_became_impossible_is_taken_again(small_world: SampleWorld) -> None:
    case = decided_and_refused(small_world)
    row = small_world.board(case)[SITE]
    assert "refused" in row.message
    assert "clients" in row_decisions.open_tables(row)
    assert small_world.words(case)["delete"].startswith("waiting: "), "nothing is tried again"
    kept = row.retained
    decide(small_world, case, dict.fromkeys(row_decisions.open_tables(row), OnDelete.KEEP))
    assert small_world.board(case)[SITE].message == ""
    small_world.work()
    row = small_world.board(case)[SITE]
    assert row.verdict == "erased"
    assert all(item in row.retained for item in kept), "what a law keeps stays told of"
    assert small_world.request(case).ended
    assert small_world.broken() == []


def test_a_deletion_that_is_refused_whatever_is_decided_is_tried_again(
    small_world: SampleWorld,
) -> None:
    shared_telephone(small_world)
    case = begun(small_world)
    tables = row_decisions.open_tables(small_world.board(case)[SITE])
    decide(small_world, case, dict.fromkeys(tables, OnDelete.DELETE))
    site_does(
        small_world,
        "ALTER TABLE clients RENAME COLUMN phone TO telephone",
    )
    small_world.work()
    row = small_world.board(case)[SITE]
    assert row.message
    assert row_decisions.open_tables(row) == ()
    assert small_world.words(case)["delete"].startswith("failed: ")


def test_a_deletion_says_how_far_it_is(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(counting, "say", heard.append)
    begun(small_world)
    place = "The database behind the listing site: 2 of 2 rows of appointments"
    assert [words for words in heard if "appointments" in words] == [
        f"{place} tried",
        f"{place} deleted",
    ]
