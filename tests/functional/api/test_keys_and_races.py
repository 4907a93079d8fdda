"""Keys that change, and many senders at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from tests.functional.api.conftest import CONSENT, Keys, Sender, event, stored


def test_the_same_event_sent_by_many_at_once_is_stored_once(
    any_engine: Engine, keys: Keys
) -> None:
    app = create_app(any_engine)
    before = stored(any_engine)

    def send(_: int) -> tuple[int, str]:
        with app.test_client() as client:
            answer = Sender(client, keys.server).send(event())
            return answer.status_code, answer.json["receipt"]["event_id"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert sorted(status for status, _ in answers) == [200] * 15 + [201]
    assert len({event_id for _, event_id in answers}) == 1
    assert stored(any_engine) == before + 1


def test_batches_about_the_same_people_do_not_stop_each_other(
    any_engine: Engine, keys: Keys
) -> None:
    app = create_app(any_engine)

    def send(number: int) -> int:
        people = [{"email": f"p{n}@example.org"} for n in range(20)]
        ordered = people if number % 2 else people[::-1]
        events = [
            event(id=f"{number}-{n}", data=CONSENT | {"subject": subject})
            for n, subject in enumerate(ordered)
        ]
        with app.test_client() as client:
            return Sender(client, keys.server).batch(*events).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(12))) == {200}


def test_after_a_rotation_both_keys_work_for_a_day(any_engine: Engine, keys: Keys) -> None:
    made = any_engine.run(lambda tx: sites.rotate(tx, "listing-site"))
    fresh = next(item.secret for item in made if item.kind is sites.KeyKind.SERVER)
    with create_app(any_engine).test_client() as client:
        assert Sender(client, keys.server).send(event()).status_code == 201
        assert Sender(client, fresh).send(event()).status_code == 200
        with clock.fixed(clock.now() + timedelta(hours=25)):
            assert Sender(client, keys.server).send(event()).status_code == 401
            assert Sender(client, fresh).send(event()).status_code == 200
        assert Sender(client, keys.server_test).send(event()).status_code == 201


def test_the_database_holds_no_key(any_engine: Engine, keys: Keys) -> None:
    with any_engine.reading() as tx:
        (listed,) = sites.listing(tx)
        rows = str(tx.session.connection().exec_driver_sql("SELECT * FROM site_key").all())
    for secret in (keys.browser, keys.server, keys.browser_test, keys.server_test):
        assert secret not in rows + repr(listed)
