"""Every way in leads through the same gate: nobody is verified by the door they came through."""

from collections.abc import Callable

import pytest

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict
from privacy_engine.intake import table
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions, drafts, register
from tests.factories import OFFICER
from tests.functional.api.conftest import ORIGIN, Sender, event, make_site
from tests.functional.console.world import Office
from tests.functional.drp.agent import Agent
from tests.functional.drp.conftest import admitted
from tests.functional.portal.visiting import Visit, reference_in

ADDRESS = "maya.tallow@example.org"
Way = Callable[[Engine, str], str]


def by_form(engine: Engine, right: str) -> str:
    return reference_in(Visit(engine).ask(right, email=ADDRESS))


def by_api(engine: Engine, right: str) -> str:
    with create_app(engine).test_client() as client:
        site = Sender(client, make_site(engine, "listing-site", ORIGIN).server)
        body = {"right": right, "subject": {"email": ADDRESS}}
        return str(site.post("/v1/requests", body).json["reference"])


def by_event(engine: Engine, right: str) -> str:
    with create_app(engine).test_client() as client:
        site = Sender(client, make_site(engine, "listing-site", ORIGIN).server)
        data = {"right": right, "subject": {"email": ADDRESS}}
        assert site.send(event("request.received", data=data)).status_code == 201
    return newest(engine)


def by_phone(engine: Engine, right: str) -> str:
    browser = Office(engine).somebody()
    browser.get("/requests/new")
    today = clock.now().astimezone(engine.settings.zone).date().isoformat()
    form = {"right": right, "channel": "phone", "for": "self", "email": ADDRESS}
    answer = browser.post("/requests/new", received_on=today, **form)
    return str(answer.headers["Location"].rpartition("/")[2])


def by_mail(engine: Engine, right: str) -> str:
    raw = f"From: Maya <{ADDRESS}>\r\nSubject: x\r\n\r\nplease".encode()
    draft = engine.run(lambda tx: drafts.take(tx, raw, received_at=tx.now))
    made = engine.run(
        lambda tx: drafts.file_as_request(tx, draft.case, right=right), actor=OFFICER
    )
    return made.reference


def by_list(engine: Engine, right: str) -> str:
    text = f"right,received,email\n{right},2026-11-20,{ADDRESS}\n"
    with engine.reading() as tx:
        rows = table.preview(tx, table.read(text))
    return table.take(engine, rows, actor=OFFICER).made[0]


def by_agent(engine: Engine, right: str) -> str:
    words = {"delete": "deletion", "know:specific": "access", "opt_out": "sale:opt-out"}
    with create_app(engine).test_client() as client:
        agent = admitted(engine, Agent(client))
        vouched = {"email": ADDRESS, "email_verified": True, "power_of_attorney": "signed"}
        assert agent.exercise(words[right], **vouched).status_code == 200
    return newest(engine)


def by_asking_twice(engine: Engine, right: str) -> str:
    first, again = by_form(engine, right), by_form(engine, right)
    assert first != again
    return again


def newest(engine: Engine) -> str:
    with engine.reading() as tx:
        who = tx.find_subject([Identifier("email", ADDRESS)], site="portal")
        assert who
        return register.of_subjects(tx.session, tx.person(who))[0].reference


WAYS: tuple[Way, ...] = (
    by_form,
    by_api,
    by_event,
    by_phone,
    by_mail,
    by_list,
    by_agent,
    by_asking_twice,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_in_verifies_anybody(engine: Engine, way: Way) -> None:
    reference = way(engine, "know:specific")
    with engine.reading() as tx:
        found = register.get(tx.session, reference)
    assert found.verified_at is None
    with pytest.raises(Conflict):
        engine.run(lambda tx: actions.decide(tx, reference, outcome="fulfil"), actor=OFFICER)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_opt_out_waits_for_nothing_on_any_way(engine: Engine, way: Way) -> None:
    reference = way(engine, "opt_out")
    with engine.reading() as tx:
        kinds = [item.kind for item in tx.events_of_case(reference)]
        subject = register.get(tx.session, reference).subject_id
        states = tx.session.connection().exec_driver_sql(
            "SELECT DISTINCT kind FROM consent_state WHERE subject_id = ?", (subject,)
        )
        assert {row[0] for row in states} == {"refused"}
    assert "request.verification_sent" not in kinds
