"""Personal data sent into every wrong place appears in no error, no log line, no header."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from privacy_engine.engine import Engine
from privacy_engine.log_output import configure_logging
from tests.functional.api.conftest import CONSENT, ORIGIN, SUBJECT, Sender, event

CANARY = "quetzal.canary@example.org"
WORD = "Quetzalcanary"
PHONE = "+1 530 555 0177"


@pytest.fixture(autouse=True)
def no_logging_beyond_this_test() -> Iterator[None]:
    """Forget the standard error that a test wrote its log lines to."""
    yield
    structlog.reset_defaults()


def wrong_events() -> list[object]:
    subjects: list[object] = [
        {"email": f"{WORD} at home"},
        {"email": CANARY, CANARY: 1},
        {CANARY: CANARY},
        {"phone": f"{PHONE} {WORD}"},
        CANARY,
        [CANARY],
    ]
    return [
        *(event(data=CONSENT | {"subject": item}) for item in subjects),
        *(event(data=CONSENT | {name: CANARY}) for name in CONSENT),
        *(event(data=CONSENT | {name: WORD}) for name in CONSENT),
        *(event(**{name: CANARY}) for name in ("id", "source", "type", "subject", "time")),
        event(type=WORD),
        event(data=CANARY),
        event(data=CONSENT | {CANARY: WORD}),
        event(data=CONSENT | {"signal": {WORD: 0.5}}),
        event("request.received", data={"subject": SUBJECT, "right": WORD, "jurisdiction": WORD}),
        event(**{CANARY: WORD}),
        CANARY,
    ]


def asked(site: Sender) -> list[Any]:
    wrong = wrong_events()
    head = {"ce-id": CANARY, "ce-source": ORIGIN, "ce-specversion": "1.0", "ce-type": WORD}
    return [
        *(site.send(item) for item in wrong),
        site.batch(*wrong),
        site.send(CONSENT, "application/json", **head),
        site.send(f'{{"{CANARY}": '.encode()),
        site.send(b"{}", f"application/{WORD}"),
        site.get(f"/v1/{CANARY}"),
        site.get(f"/v1/requests/{CANARY}"),
        site.get(f"/v1/documents/{WORD}/{CANARY}?{WORD}={CANARY}"),
        site.get(f"/v1/documents/privacy-statement/{WORD}"),
        site.get(f"/v1/receipts/{WORD}?format={WORD}"),
        site.get(f"/v1/erasures?since={CANARY}&cursor={WORD}"),
        site.post("/v1/requests", {"right": WORD, "subject": {"email": WORD}, CANARY: WORD}),
        site.post(
            "/v1/requests", {"right": "delete", "subject": SUBJECT}, **{"Idempotency-Key": CANARY}
        ),
        site.post("/v1/consents/check", {"subject": {"email": CANARY}, "purposes": [WORD]}),
        site.post("/v1/suppressions/check", {"subjects": [{CANARY: WORD}, CANARY]}),
    ]


def test_no_refusal_repeats_what_was_sent(
    site: Sender, any_engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    seen = ""
    for answer in asked(site):
        assert answer.status_code >= 207, answer.text
        assert answer.status_code != 500
        seen += answer.text + str(answer.headers)
    printed = capfd.readouterr()
    seen += printed.out + printed.err
    for secret in (CANARY, WORD, WORD.lower(), PHONE, "maya.tallow"):
        assert secret not in seen
    assert "incident" in printed.err


def test_a_fault_of_ours_says_nothing_but_an_incident(
    site: Sender, any_engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(tx: object, item: Any) -> None:
        raise RuntimeError(f"cannot handle {CANARY}")

    configure_logging()
    any_engine.world = replace(any_engine.world, reactions={"consent.given": (broken,)})
    answer = site.send(event(data=CONSENT | {"subject": {"email": CANARY}}))
    assert answer.status_code == 500
    assert answer.json["type"].endswith("internal")
    incident = answer.json["instance"].removeprefix("urn:incident:")
    printed = capfd.readouterr().err
    assert incident in printed
    assert "RuntimeError" in printed
    assert CANARY not in answer.text + printed
