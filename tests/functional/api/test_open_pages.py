"""What anybody may read: documents, the log, health."""

from datetime import timedelta
from typing import Any

from privacy_engine import clock
from privacy_engine.connectors import health
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.log import tiles
from privacy_engine.log.checkpoint import parse_unverified
from privacy_engine.log.merkle import leaf_hash
from tests.functional.api.conftest import Sender, event


def test_documents_versions_and_what_changed(client: Any) -> None:
    listed = client.get("/v1/documents").json["documents"]
    assert "privacy-statement" in {item["slug"] for item in listed}
    one = client.get("/v1/documents/privacy-statement").json
    assert one["in_force"] == "2021-11-04"
    assert all(not item["version"].startswith("2026-12") for item in one["versions"])
    version = client.get("/v1/documents/privacy-statement/2021-11-04").json
    assert len(version["sha256"]) == 64
    assert "<h" in version["html"]
    assert "{#" in version["markdown"] or version["markdown"]
    same = client.get("/v1/documents/privacy-statement/diff/2021-11-04..2021-11-04").json
    assert (same["insertions"], same["deletions"], same["changes"]) == (0, 0, [])
    assert client.get("/v1/documents/none").status_code == 404
    assert client.get("/v1/documents/privacy-statement/1999-01-01").status_code == 404
    draft = client.get("/v1/documents/privacy-statement/2026-12-01")
    assert draft.status_code == 404
    assert client.get("/v1/documents?slug=x").status_code == 422


def test_the_log_can_be_checked_from_outside(
    client: Any, site: Sender, any_engine: Engine
) -> None:
    site.batch(*(event(id=str(n)) for n in range(300)))
    any_engine.sequence()
    answer = client.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    head, _ = parse_unverified(answer.data)
    assert head.size > 256
    rest = head.size % 256
    full = client.get("/log/tile/0/000")
    assert len(full.data) == 256 * 32
    assert "immutable" in full.headers["Cache-Control"]
    part = client.get(f"/log/tile/0/001.p/{rest}")
    assert len(part.data) == rest * 32
    top = client.get("/log/tile/1/000.p/1").data
    assert top == tiles.tile_root(full.data)
    for wrong in (
        f"0/001.p/{rest + 1}",
        "0/001",
        "0/000.p/256",
        "0/0",
        "1/000",
        "9/000.p/1",
        "63/x999/x999/x999/x999/x999/999",
        "entries/x",
    ):
        assert client.get(f"/log/tile/{wrong}").status_code == 404
    token = any_engine.run(lambda tx: sites.admit_auditor(tx, "county-auditor")).secret
    auditor = Sender(client, token)
    entries = tiles.parse_bundle(auditor.get("/log/tile/entries/000").data)
    assert [leaf_hash(entry) for entry in entries] == [
        full.data[at : at + 32] for at in range(0, len(full.data), 32)
    ]


def test_entries_need_an_auditors_token(client: Any, site: Sender, any_engine: Engine) -> None:
    any_engine.sequence()
    assert client.get("/log/tile/entries/000.p/1").status_code == 401
    assert site.get("/log/tile/entries/000.p/1").status_code == 403
    token = any_engine.run(lambda tx: sites.admit_auditor(tx, "county-auditor")).secret
    assert Sender(client, token).send(event()).status_code == 403


def test_before_the_first_checkpoint_there_is_none(client: Any) -> None:
    assert client.get("/log/checkpoint").status_code == 404


def test_health(client: Any, site: Sender, any_engine: Engine) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.json["checks"]["database"] == {"ok": True}
    site.send(event())
    any_engine.sequence()
    text = client.get("/metrics").text
    assert "privacy_engine_log_size" in text
    assert 'route="/v1/events"' in text


def test_a_sequencer_that_stopped_is_not_ready(client: Any, any_engine: Engine) -> None:
    with clock.fixed(clock.now() + timedelta(hours=1)):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["sequencer"]["ok"] is False


def test_a_vendor_out_of_reach_is_told_and_closes_no_door(client: Any, any_engine: Engine) -> None:
    assert client.get("/readyz").json["checks"]["connectors"] == {"ok": True, "since": None}
    health.test_one(any_engine, "listing-database")  # this instance has no such file
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json["checks"]["connectors"]
    assert (told["ok"], told["detail"]) == (False, "systems that fail their daily test: 1")
    assert "listing-database" not in answer.text


def test_who_this_is(client: Any, any_engine: Engine) -> None:
    body = client.get("/.well-known/privacy-engine.json").json
    assert body["verifier_key"].startswith(body["origin"] + "+")
    signal = client.get("/.well-known/gpc.json").json
    assert signal == {"gpc": True, "lastUpdate": "2021-11-04"}
