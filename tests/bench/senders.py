"""Senders in processes of their own: `python -m tests.bench.senders` with a plan on stdin."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

import psycopg

PROCESSES = 2
_TABLES = ("log_event", "log_pending", "sealed_part")


@dataclass(frozen=True)
class Sent:
    """When the first sender began and the last one ended, and how many answers were not 2xx."""

    seconds: float
    refused: int


def over_http(
    port: int,
    bearer: str,
    kind: str,
    bodies: Sequence[bytes],
    *,
    connections: int,
    path: str = "/v1/events",
) -> Sent:
    """Post every body once over kept-alive connections; an empty one asks for `path` instead."""
    each = max(1, connections // PROCESSES)
    shares = [[b.decode() for b in bodies[n::PROCESSES]] for n in range(PROCESSES)]
    plans = [
        {
            "how": "http",
            "port": port,
            "path": path,
            "bearer": bearer,
            "kind": kind,
            "items": share,
            "each": each,
        }
        for share in shares
    ]
    return _all(plans)


def bare_inserts(url: str, statements: Sequence[Any], *, connections: int) -> Sent:
    """Run every group of statements as one transaction over `connections` connections."""
    plans = [
        {
            "how": "sql",
            "url": url.replace("postgresql+psycopg://", "postgresql://"),
            "items": statements[n::PROCESSES],
            "each": max(1, connections // PROCESSES),
        }
        for n in range(PROCESSES)
    ]
    return _all(plans)


def _all(plans: Sequence[object]) -> Sent:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.senders"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in plans
    ]
    for process, plan in zip(running, plans, strict=True):
        process.stdin.write(json.dumps(plan) + "\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    for process in running:
        assert process.stdout.readline() == "ready\n"  # type: ignore[union-attr]
    for process in running:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    said = [json.loads(process.stdout.readline()) for process in running]  # type: ignore[union-attr]
    for process in running:
        process.communicate()
    began, ended = min(s["began"] for s in said), max(s["ended"] for s in said)
    return Sent(ended - began, sum(s["refused"] for s in said))


def _http(plan: dict[str, Any]) -> Callable[[list[str]], int]:
    def send(items: list[str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", int(str(plan["port"])), timeout=120)
        headers = {"Authorization": f"Bearer {plan['bearer']}", "Content-Type": str(plan["kind"])}
        refused = 0
        for item in items:
            method = "POST" if item else "GET"
            connection.request(method, str(plan["path"]), item.encode() or None, headers)
            answer = connection.getresponse()
            answer.read()
            refused += answer.status not in {200, 201}
        connection.close()
        return refused

    return send


def _sql(plan: dict[str, Any]) -> Callable[[list[Any]], int]:
    def send(items: list[Any]) -> int:
        with psycopg.connect(str(plan["url"])) as connection:
            for group in items:
                for statement, values in group:
                    bound = [bytes.fromhex(v[2:]) if _is_hex(v) else v for v in values]
                    connection.execute(statement, bound)
                connection.commit()
        return 0

    return send


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and value.startswith("\\x")


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    send: Callable[[Any], int] = (_http if plan["how"] == "http" else _sql)(plan)
    shares = [plan["items"][n :: plan["each"]] for n in range(plan["each"])]
    refused = [0] * len(shares)

    def work(index: int) -> None:
        refused[index] = send(shares[index])

    threads = [Thread(target=work, args=(n,)) for n in range(len(shares))]
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = {"began": began, "ended": time.monotonic(), "refused": sum(refused)}
    print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
