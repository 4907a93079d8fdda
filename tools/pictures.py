"""Takes the pictures of the first page anew: `.venv/bin/python tools/pictures.py`.

Two private engines over the reference instance are started in folders that are gone afterwards:
one with requests in many states, whose queue is photographed, and one on which the reference
story is told, whose certificate's first page is drawn. Chromium and pdftoppm must be installed.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

from privacy_engine import clock
from privacy_engine.cli import reference, running
from privacy_engine.console import staff
from privacy_engine.engine import Engine, open_engine
from privacy_engine.instance.starter import copy_starter
from privacy_engine.jobs import tasks
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions
from privacy_engine.rights.actions import Intake
from privacy_engine.sample_site.people import CLIENTS
from privacy_engine.sample_site.vendor import Vendor, serving

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DPI = 90
# Right, days since receipt, whether the person has confirmed, whether an officer has taken it.
REQUESTS = (
    ("know:specific", 50, True, True),
    ("delete", 41, True, True),
    ("delete", 12, True, True),
    ("correct", 9, True, False),
    ("know:categories", 8, False, False),
    ("delete", 3, True, False),
    ("opt_out", 2, False, False),
    ("limit", 1, False, False),
    ("delete", 0, False, False),
)


def main() -> None:
    """Take both pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _instance() as root:
        photograph_queue(root, IMAGES / "queue.png")
    with _instance() as root:
        draw_certificate(root, IMAGES / "certificate.png")


@contextmanager
def _instance() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "instance"
        copy_starter(root)
        yield root


def photograph_queue(root: Path, picture: Path) -> None:
    """Let people ask, work for a while, and take a picture of what the officer then sees."""
    engine = open_engine(root)
    engine.prepare()
    keys = reference.prepare(engine)
    link = reference.sign_in_link(engine)
    vendor = Vendor(reference.vendor_state(root), secret=reference.vendor_secret(engine))
    port = running.free_port()
    base = f"http://127.0.0.1:{port}"
    with serving(vendor) as vendor_url:
        extra = {reference.VENDOR_ADDRESS: vendor_url, "PRIVACY_ENGINE_INSTANCE_PUBLIC_URL": base}
        log = root / "var/log/server.log"
        with running.processes(root, port=port, extra=extra, log=log, embedded=True):
            reference.report_history(root, base, keys["listing-site"].server)
            _ask(engine)
            _photograph(base, link, picture)
    engine.close()


def _ask(engine: Engine) -> None:
    with engine.reading() as tx:
        officer = staff.find(tx, reference.OFFICER)
    made = []
    for place, (right, days, confirmed, taken) in enumerate(REQUESTS):
        person = CLIENTS[place + 3]
        intake = Intake(
            right,
            (Identifier("email", person.email),),
            name=person.name,
            corrections={"text": "My number ends in 17."} if right == "correct" else {},
            received_at=clock.now() - timedelta(days=days),
        )
        name = engine.run(partial(actions.receive, intake=intake)).reference
        made.append((name, confirmed, taken))
    tasks.run_due(engine)
    for name, confirmed, taken in made:
        if confirmed:
            engine.run(partial(actions.verify, reference=name, method="email_link"))
        if taken and officer:
            engine.run(partial(actions.assign, reference=name, to=officer.staff_id))
    tasks.run_due(engine)


def _photograph(base: str, link: str, picture: Path) -> None:
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(base + "/console/" + link.split("/console/", 1)[1])
        page.click("button")
        page.goto(f"{base}/console/requests")
        page.screenshot(path=picture)
        browser.close()


def draw_certificate(root: Path, picture: Path) -> None:
    """Tell the reference story and draw the first page of its deletion certificate."""
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root), "demo"]
    subprocess.run(command, check=True)  # noqa: S603  our own command
    (certificate, *_) = sorted((root / "var/exports").glob("DC-*.pdf"))
    drawn = picture.with_suffix("")
    command = ["pdftoppm", "-r", str(DPI), "-f", "1", "-singlefile", "-png"]
    subprocess.run([*command, str(certificate), str(drawn)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
