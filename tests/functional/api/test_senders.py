"""Events made by somebody else's library arrive as they were meant."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from werkzeug.test import TestResponse

from tests.functional.api.conftest import CONSENT, ORIGIN, Sender

ATTRIBUTES = {
    "id": "signup 1 / čistě",
    "source": f"{ORIGIN}/signup",
    "type": "consent.given",
    "specversion": "1.0",
    "time": datetime(2026, 5, 1, 10, 0, tzinfo=UTC),
    "datacontenttype": "application/json",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def post(site: Sender, message: Any) -> TestResponse:
    return site.client.post(
        "/v1/events", data=message.body, headers=site.headers | message.headers
    )


@pytest.mark.parametrize("first", [to_binary, to_structured])
def test_both_modes_of_the_library_say_the_same(site: Sender, first: Any) -> None:
    made = CloudEvent(ATTRIBUTES, CONSENT | {"wording": "Ja, gerne \N{GRINNING FACE}"})
    second = to_structured if first is to_binary else to_binary
    stored = post(site, first(made, JSONFormat()))
    assert stored.status_code == 201, stored.text
    assert stored.json["receipt"]["id"] == "signup 1 / čistě"
    again = post(site, second(made, JSONFormat()))
    assert again.status_code == 200, again.text
    assert again.json == stored.json


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", "hello"),
        ("application/xml", "<hello/>"),
        ("application/octet-stream", b"\x00\xff"),
        ("application/json", '"a string \N{GRINNING FACE}"'),
        ("application/json", "[1, 2]"),
        ("application/json", "12.5"),
        (None, "{}"),
    ],
)
def test_what_real_senders_send_is_never_a_fault_of_ours(
    site: Sender, kind: str | None, body: Any
) -> None:
    headers = {
        "ce-id": "1",
        "ce-source": ORIGIN,
        "ce-specversion": "1.0",
        "ce-type": "consent.given",
    }
    answer = site.client.post(
        "/v1/events", data=body, content_type=kind, headers=site.headers | headers
    )
    assert answer.status_code in {400, 415, 422}
    assert json.loads(answer.text)["status"] == answer.status_code
