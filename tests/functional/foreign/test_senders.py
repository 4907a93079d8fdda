"""Two libraries that others wrote send in all three modes."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from privacy_engine.process import child_environment
from tests.functional.foreign import node_packages
from tests.functional.foreign.conftest import BATCHED, DATA, Served, serve

pytestmark = pytest.mark.slow

NODE = """
const { CloudEvent, HTTP } = require("cloudevents");
const [url, key, data] = process.argv.slice(1);
const made = (id) => new CloudEvent({
  id, source: "/signup", type: "consent.given", time: "2026-05-01T10:00:00.000Z",
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  data: JSON.parse(data) });
const send = async ({ headers, body }) => {
  const sent = { method: "POST", body, headers: { ...headers, authorization: `Bearer ${key}` } };
  const answer = await fetch(url, sent);
  return { status: answer.status, body: await answer.json() };
};
(async () => console.log(JSON.stringify([
  await send(HTTP.binary(made("node 1 / %"))),
  await send(HTTP.structured(made("node 1 / %"))),
  await send({ headers: { "content-type": "BATCHED" },
               body: JSON.stringify([made("node-2"), made("node-3"), made("node-2")]) }),
])))();
"""


def made(identifier: str) -> CloudEvent:
    attributes = {
        "id": identifier,
        "source": "/signup",
        "type": "consent.given",
        "specversion": "1.0",
        "time": datetime(2026, 5, 1, 10, 0, tzinfo=UTC),
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, DATA | {"wording": "Ja, gerne \N{GRINNING FACE}"})


def send_all(served: Served) -> None:
    """Send in three modes with the Python library, and see one event each."""
    with served.client() as client:

        def post(message: object) -> tuple[int, dict[str, object]]:
            answer = client.post("/v1/events", content=message.body, headers=message.headers)  # type: ignore[attr-defined]
            return answer.status_code, answer.json()

        status, first = post(to_binary(made("1 / čistě"), JSONFormat()))
        assert (status, first["receipt"]["id"]) == (201, "1 / čistě")  # type: ignore[index]
        status, second = post(to_structured(made("1 / čistě"), JSONFormat()))
        assert status == 200
        assert second["receipt"]["event_id"] == first["receipt"]["event_id"]  # type: ignore[index]
        many = [json.loads(JSONFormat().write(made(f"batch-{n % 3}"))) for n in range(4)]
        headers = {"Content-Type": BATCHED}
        answer = client.post("/v1/events", content=json.dumps(many), headers=headers)
        assert [item["status"] for item in answer.json()["items"]] == [201, 201, 201, 200]


def test_the_library_for_python(served: Served) -> None:
    send_all(served)


def test_the_library_for_python_on_postgres(tmp_path: Path, postgres_database: str) -> None:
    with serve(tmp_path, url=postgres_database) as on_postgres:
        send_all(on_postgres)


def test_the_library_for_node(served: Served) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    modules = node_packages.folder()
    arguments = [f"{served.base}/v1/events", served.key(), json.dumps(DATA)]
    told = subprocess.run(
        [node, "-e", NODE.replace("BATCHED", BATCHED), *arguments],
        capture_output=True,
        check=True,
        text=True,
        env=child_environment({"NODE_PATH": str(modules)}),
    )
    binary, structured, batch = json.loads(told.stdout)
    assert (binary["status"], structured["status"], batch["status"]) == (201, 200, 200)
    same = {item["body"]["receipt"]["event_id"] for item in (binary, structured)}
    assert len(same) == 1
    assert (batch["body"]["accepted"], batch["body"]["duplicates"]) == (2, 1)
