"""The sample site with a folder, a mailbox and a vendor that speaks OpenDSR around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from privacy_engine.engine import Engine
from privacy_engine.instance.data_map import parse
from privacy_engine.sample_site.people import MAYA
from tests.factories import SampleWorld, sample_world, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.connectors.test_mailbox import US
from tests.functional.connectors.test_opendsr import Vendor, certificate
from tests.services.imap import ImapAccount, message

KEEPER = "support@listing.example"
OTHER = "ben@oak.example"
MAP = """
[[systems]]
code = "uploads"
connector = "files"
url = "files"
[[systems.files]]
files = "letters/{email}-*.txt"
series = "messages"
[[systems.sentinel]]
file = "letters/{email}-{number}.txt"
[[systems.files]]
files = "exports/*.csv"
series = "messages"
identities = { email = "email" }

[[systems]]
code = "post"
connector = "mailbox"
url = "IMAP"
secret_file = "password"
series = ["messages"]
[systems.mailbox]
own = ["@listing.example"]
[[systems.sentinel]]
folder = "INBOX"
values = { subject = "A question", text = "I am {name}, and invented." }
[[systems.sentinel]]
folder = "Sent"

[[systems]]
code = "measure"
connector = "opendsr"
url = "OPENDSR/v2"
allow_private = true
secret_file = "token"
series = ["web-logs"]
[systems.opendsr]
processor = "dsr.vendor.example"
"""
CSV = f"email,note\n{MAYA.email},mine\n{OTHER},of ben\n{MAYA.email},mine too\n"


@dataclass
class Around:
    """The sample site with a folder, a mailbox and a vendor that speaks OpenDSR."""

    world: SampleWorld
    box: ImapAccount
    measure: Vendor

    @property
    def folder(self) -> Path:
        return self.world.root / "files"

    @property
    def files(self) -> dict[str, str]:
        folder = self.folder
        return {
            str(path.relative_to(folder)): path.read_text()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def whole(self) -> tuple[object, ...]:
        """Return everything: each row, each file and folder, each message with its marks."""
        folders = sorted(str(path) for path in self.folder.rglob("*"))
        return self.world.snapshot(), self.files, folders, self.box.whole()


@contextmanager
def beside(engine: Engine, box: ImapAccount) -> Iterator[Around]:
    """Put a folder, a mailbox and a vendor of OpenDSR beside the sample site, all in its map."""
    root = engine.settings.root
    for name, text in {
        f"letters/{MAYA.email}-1.txt": "one",
        f"letters/{MAYA.email}-2.txt": "two",
        f"letters/{OTHER}-1.txt": "of ben",
        "exports/all.csv": CSV,
    }.items():
        path = root / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    box.put(message(MAYA.email, US, "One", "mine"), message(OTHER, US, "Two", "of ben"))
    box.put(message(US, MAYA.email, "Re: One", "to me"), folder="Sent")
    (root / "password").write_text(box.password)
    (root / "token").write_text("t0ken")
    key = rsa.generate_private_key(65537, 2048)
    measure = Vendor(key, certificate(key))
    with sample_world(engine) as world, outside(measure.answer) as base:
        measure.base = base
        text = MAP.replace("IMAP", box.url).replace("OPENDSR", base)
        found, faults = parse("data-map.toml", text)
        assert faults == []
        known = tuple(
            replace(item, contact=KEEPER) if item.code == "support-mailbox" else item
            for item in engine.content.systems
        )
        data_map = replace(engine.content.data_map, systems=(*known, *found.systems))
        engine.content = replace(engine.content, data_map=data_map)
        yield Around(world, box, measure)


@contextmanager
def instead(world: SampleWorld, answer: Callable[[Call], Reply]) -> Iterator[None]:
    """Let somebody else answer for the vendor."""
    engine = world.engine
    with outside(answer) as url:
        vendor_at(engine, url)
        yield
