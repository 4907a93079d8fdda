"""The auditor's seat: its terms, populations with proof, samples, trails, notes, work papers."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from privacy_engine import clock
from privacy_engine.auditing import sampling, seats
from privacy_engine.auditing.seats import Seat
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.console.staff import StaffRole
from privacy_engine.log import evidence, standalone_verifier
from privacy_engine.reports import inspection, populations, twin
from privacy_engine.reports.document import Period
from privacy_engine.reports.verdicts import Outcome
from tests.engines import link_exports
from tests.functional.console.world import Office, words

pytestmark = pytest.mark.functional


@pytest.fixture
def office(engine):
    link_exports(engine.settings.root)
    return Office(engine)


def seated(office, *, days=10, sites=(), title="Privacy audit 2026"):
    member = office.seat(f"auditor{days}{len(sites)}@audit.example", StaffRole.AUDITOR)
    today = clock.now().date()
    terms = Seat(
        member.staff_id,
        title,
        today - timedelta(days=200),
        today + timedelta(days=1),
        sites,
        clock.now() + timedelta(days=days),
    )
    office.engine.run(lambda tx: seats.give(tx, terms))
    return member


@pytest.fixture
def auditor(office):
    for number in range(8):
        office.request(address=f"person{number}@example.org")
    office.engine.sequence(tally=True)
    return office.sign_in(seated(office))


def drawn(auditor, code="requests", **typed):
    auditor.get(f"/audit/populations/{code}")
    answer = auditor.post(f"/audit/populations/{code}/draw", **{"size": "3", **typed})
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"].removeprefix("/console")


def test_a_seat_with_terms_opens_its_own_pages_and_nothing_about_a_person(office, auditor):
    assert "Privacy audit 2026" in auditor.read("/audit")
    for closed in ("/queue", "/consent", "/events", "/people", "/disclosures", "/children"):
        assert auditor.get(closed).status_code in {403, 404}, closed
    assert auditor.get("/").headers["Location"] == "/console/audit"
    for open_ in ("/reports", "/documents", "/promises"):
        assert auditor.get(open_).status_code == 200, open_


def test_a_seat_ends_by_itself_with_every_session(office, auditor):
    later = clock.now() + timedelta(days=11)
    with clock.fixed(later):
        assert auditor.get("/audit").status_code == 303
        fresh = office.sign_in(office.seat("admin@listing.example", StaffRole.ADMIN))
        assert "Not active" in fresh.read("/people")


def test_an_administrator_sets_the_terms_and_faults_stand_at_their_fields(office):
    member = office.seat("new@audit.example", StaffRole.AUDITOR)
    admin = office.somebody(StaffRole.ADMIN)
    page = f"/audit/terms/{member.staff_id}"
    assert "new@audit.example" in admin.read(page)
    given = {"title": "SOC 2", "since": "2026-01-01", "until": "2026-06-30", "ends": "2020-01-01"}
    assert "ended already" in words(admin.post(page, **given))
    assert "Give a day" in words(admin.post(page, **(given | {"since": "soon"})))
    assert "before its first" in words(admin.post(page, **(given | {"until": "2025-01-01"})))
    ends = f"{clock.now().date() + timedelta(days=5)}"
    assert admin.post(page, **(given | {"ends": ends})).status_code == 303
    with office.engine.reading() as tx:
        seat = seats.of(tx, member.staff_id)
    assert (seat.title, seat.from_on, seat.to_on) == ("SOC 2", date(2026, 1, 1), date(2026, 6, 30))
    assert office.somebody(StaffRole.OFFICER).get(page).status_code == 403


def test_a_population_shows_its_count_and_what_the_log_states(auditor):
    page = auditor.read("/audit/populations/requests")
    assert "Requests received: 8" in page
    assert "The count agrees with the log" in page
    assert "8 of them were recorded in the period" in page


def test_what_is_newer_than_the_newest_tally_is_not_called_proven(office, auditor):
    office.engine.sequence(tally=True)
    office.somebody(StaffRole.OFFICER)
    office.engine.sequence()
    page = auditor.read("/audit/populations/seats")
    assert "Not proven to its end yet" in page
    assert "1 more was recorded after it" in page
    drawn(auditor, "seats")
    assert "The count agrees with the log" in auditor.read("/audit/populations/seats")


def test_a_population_from_which_an_entry_is_missing_is_not_proven(office, auditor):
    from sqlalchemy import text  # noqa: PLC0415

    engine = office.engine
    with engine.reading() as tx:
        victim = evidence.events_of_kinds(tx.session, "request.received")[3]
    with engine.database.connect() as connection:  # whoever can write to the database
        connection.execute(text("DROP TRIGGER IF EXISTS log_entry_no_delete"))
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type='trigger'")
        ).fetchall():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("DELETE FROM log_entry WHERE event_id = :id"), {"id": victim})
        connection.commit()
    page = auditor.read("/audit/populations/requests")
    assert "The count does not agree" in page
    assert "state 8 entries, the log holds 7" in page


def test_a_sample_can_be_drawn_again_by_anybody_from_the_export(office, auditor):
    where = drawn(auditor, seed="six red dice")
    page = auditor.read(where)
    assert "six red dice" in page
    assert "The same items" in page
    auditor.get("/audit")
    with auditor.post("/audit/export") as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
    folder = office.engine.settings.root / "taken"
    archive.extractall(folder)
    assert all(one.verdict != "does not hold" for one in standalone_verifier.verify_export(folder))
    parts = [json.loads(line) for line in (folder / "opened/parts.jsonl").read_text().splitlines()]
    assert not any("person" in str(one.get("scope")) for one in parts)
    with office.engine.reading() as tx:
        sample = populations.find_sample(tx, where.rpartition("/")[2])
        items = populations.items_of(tx, sample)
        everything = list(
            populations.items(tx, sample.kind, period=sample.period, sites=(), size=10**9)
        )
    by_hand = sorted(everything, key=lambda one: sampling.rank("six red dice", one.leaf_hash))[:3]
    assert sorted(by_hand, key=lambda one: one.position) == list(items)


def test_every_draw_is_recorded_and_later_events_change_no_sample(office, auditor):
    where = drawn(auditor, seed="a")
    drawn(auditor, seed="b")
    before = re.findall(r"/audit/samples/\w+/(\w{26})", auditor.get(where).get_data(as_text=True))
    office.request(address="late@example.org")
    office.engine.sequence()
    after = re.findall(r"/audit/samples/\w+/(\w{26})", auditor.get(where).get_data(as_text=True))
    assert before == after
    with office.engine.reading() as tx:
        draws = tx.read(evidence.events_of_kinds(tx.session, "audit.sampled"))
    assert [event.data["seed"] for event in draws] == ["a", "b"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"size": "0"}, "1 to 500 items"),
        ({"size": "many"}, "1 to 500 items"),
        ({"seed": "x" * 65}, "1 to 64 plain characters"),
        ({"seed": "\u2603"}, "1 to 64 plain characters"),
    ],
)
def test_what_makes_no_sample_is_said_at_its_field(auditor, typed, said):
    auditor.get("/audit/populations/requests")
    answer = auditor.post("/audit/populations/requests/draw", **{"size": "3", **typed})
    assert answer.status_code == 422
    assert said in words(answer)


def test_the_trail_has_every_entry_of_the_case_with_its_proof_and_nobodys_name(auditor):
    where = drawn(auditor)
    item = re.search(rf"{where}/\w{{26}}", auditor.get(where).get_data(as_text=True))[0]
    page = auditor.get(item).get_data(as_text=True)
    assert "In the log: proof checked just now" in page
    assert "workflow.started" in page
    assert "example.org" not in page
    assert "Tallow" not in page
    proof = auditor.get(re.search(rf"{where}/\w+/proof", page)[0])
    assert proof.get_data(as_text=True).startswith("c2sp.org/tlog-proof@v1")
    stranger = auditor.get(f"{where}/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert stranger.status_code == 404


def test_findings_become_a_signed_work_paper_with_exceptions_first(office, auditor, tmp_path):
    where = drawn(auditor, seed="paper")
    page = auditor.get(where).get_data(as_text=True)
    first, second, third = dict.fromkeys(re.findall(rf"{where}/\w{{26}}", page))
    auditor.get(first)
    empty = auditor.post(f"{first}/note", finding="exception", text=" ")
    assert "Say what the exception is" in words(empty)
    said = {"finding": "exception", "text": "Acknowledged a day late."}
    assert auditor.post(f"{first}/note", **said).headers["Location"].endswith(second[-26:])
    assert auditor.post(f"{second}/note", finding="fits", text="").status_code == 303
    last = auditor.post(f"{third}/note", finding="fits", text="")
    assert last.headers["Location"].endswith(where)
    auditor.get(where)
    assert auditor.post(f"{where}/paper").status_code == 303
    office.work()
    link = re.search(
        r'href="/console(/reports/\w+/file)"', auditor.get("/reports").get_data(as_text=True)
    )[1]
    path = tmp_path / "paper.pdf"
    path.write_bytes(auditor.get(link).data)
    assert verify_file(path).integrity.outcome is Outcome.HOLDS
    content = json.loads(inspection.read(path.read_bytes()).attachments[twin.NAME])
    assert content["headline"]["text"] == "1 exception in a sample of 3"
    assert content["exceptions"][0]["text"].endswith("Acknowledged a day late.")
    assert content["about"] == "Privacy audit 2026"
    assert len(content["entries"]) == 3


def test_a_seat_of_one_site_has_what_that_site_reported(office):
    office.request(address="one@example.org", site="listing-site")
    office.request(address="two@example.org", site="newsletter-site")
    office.engine.sequence(tally=True)
    browser = office.sign_in(seated(office, sites=("listing-site",)))
    assert "Requests received: 1" in browser.read("/audit/populations/requests")
    assert browser.get("/audit/populations/erasures").status_code == 404


def test_one_auditor_does_not_read_anothers_sample(office, auditor):
    where = drawn(auditor)
    other = office.sign_in(seated(office, days=20))
    assert other.get(where).status_code == 403
    officer = office.somebody(StaffRole.OFFICER)
    assert officer.get(where).status_code == 200
    assert officer.post(f"{where}/paper").status_code == 403


def test_notes_lie_sealed_in_the_database(office, auditor):
    where = drawn(auditor)
    item = re.search(rf"{where}/\w{{26}}", auditor.get(where).get_data(as_text=True))[0]
    auditor.get(item)
    auditor.post(f"{item}/note", finding="exception", text="Zebrafinch was not told")
    office.engine.after_erasure()
    files = [path for path in Path(office.engine.settings.root).rglob("*") if path.is_file()]
    assert not any(b"Zebrafinch" in path.read_bytes() for path in files)
    assert "Zebrafinch" in auditor.read(where)


def test_a_population_by_local_days_is_what_lies_in_them(office):
    moment = datetime(2026, 11, 5, 7, 30, tzinfo=UTC)  # still the fourth in California
    with clock.fixed(moment):
        office.request(address="night@example.org")
        office.engine.sequence(tally=True)
    kind = populations.BY_CODE["requests"]
    with office.engine.reading() as tx:
        counts = [
            populations.measure(tx, kind, period=Period(day, day)).count
            for day in (date(2026, 11, 4), date(2026, 11, 5))
        ]
    assert counts == [1, 0]
