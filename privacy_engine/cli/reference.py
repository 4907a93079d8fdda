"""Make the reference instance ready: its sample site, vendor, keys, staff and documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from privacy_engine import clock
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.documents import actions as documents
from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode
from privacy_engine.keys.ring import write_private
from privacy_engine.log.event import instant, parse_instant
from privacy_engine.sample_site import create, report
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.transaction import Transaction

SITES = {
    "listing-site": "http://127.0.0.1:8701",
    "newsletter-site": "http://127.0.0.1:8702",
}
OFFICER = "officer@sessioninprogress.example"
VENDOR_ADDRESS = "PRIVACY_ENGINE_SYSTEM_MAIL_VENDOR_URL"


@dataclass(frozen=True, repr=False)
class SiteKeys:
    """The live keys of one sample site; kept beside the sample site for its own use."""

    server: str
    browser: str


def prepare(engine: Engine) -> Mapping[str, SiteKeys]:
    """Make everything that the sample needs, once; return the keys of its sites."""
    root = engine.settings.root
    database = root / "var/sample-site/site.db"
    if not database.exists():
        create(database, on=clock.now().astimezone(engine.settings.zone).date())
    vendor_secret(engine)
    engine.run(lambda tx: documents.publish_all_in_force(tx, approved_by="reference instance"))
    return {name: _keys(engine, name, origin) for name, origin in SITES.items()}


def vendor_secret(engine: Engine) -> str:
    """Return the secret that signs calls to the sample mail vendor, made on first use."""
    path = engine.settings.path("var/keys/mail-vendor.secret")
    if not path.exists():
        write_private(path, new_secret().encode())
    return path.read_text(encoding="utf-8").strip()


def _keys(engine: Engine, name: str, origin: str) -> SiteKeys:
    # The keys are shown once and kept nowhere by the engine; the sample site keeps its own, as a
    # real one would. A crash between the two leaves a site whose keys are rotated here.
    path = engine.settings.path(f"var/sample-site/{name}.keys.json")
    if path.exists():
        return SiteKeys(**json.loads(path.read_text(encoding="utf-8")))
    made = engine.run(lambda tx: _make(tx, name, origin))
    live = {key.kind: key.secret for key in made if key.mode is Mode.LIVE}
    keys = SiteKeys(server=live[KeyKind.SERVER], browser=live[KeyKind.BROWSER])
    write_private(path, json.dumps({"server": keys.server, "browser": keys.browser}).encode())
    return keys


def _make(tx: Transaction, name: str, origin: str) -> tuple[sites.NewKey, ...]:
    if any(site.name == name for site in sites.listing(tx)):
        return sites.rotate(tx, name)
    return sites.add(tx, name, origins=[origin])


def sign_in_link(engine: Engine) -> str:
    """Return a fresh one-time link for the sample officer."""

    def work(tx: Transaction) -> str:
        member = staff.find(tx, OFFICER) or staff.add(tx, OFFICER, role=StaffRole.ADMIN)
        return staff.make_only_link(tx, member.staff_id)

    base = engine.settings.instance.public_url
    return f"{base}/console/sign-in/{engine.run(work)}"


def report_history(root: Path, base: str, key: str) -> int:
    """Let the sample site report its last days over HTTP; return how many events it sent.

    The moment it counts back from is kept, so that a second start reports the very same events
    and the engine takes them as the repeat that they are.

    Raises:
        Unavailable: the engine did not take a batch.
    """
    sent = 0

    def post(batch: list[dict[str, Any]]) -> None:
        nonlocal sent
        answer = httpx.post(
            f"{base}/v1/events",
            json=batch,
            timeout=60,
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/cloudevents-batch+json",
            },
        )
        if answer.status_code != 200:
            raise Unavailable(f"the engine answered {answer.status_code} to the sample site")
        sent += len(batch)

    report(post, _counted_from(root))
    return sent


def _counted_from(root: Path) -> datetime:
    path = root / "var/sample-site/reported-from.txt"
    if not path.exists():
        write_private(path, instant(clock.now()).encode())
    return parse_instant(path.read_text(encoding="utf-8"))


def vendor_state(root: Path) -> Path:
    """Return where the sample vendor keeps its list and its record of calls."""
    return root / "var/sample-site/mail-vendor.json"
