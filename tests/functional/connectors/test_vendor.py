"""A deletion asked of the sample mail vendor, over real HTTP."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.protocol import DeleteOrder, Identifiers
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.instance.data_map import System, parse
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.sample_site.vendor import Vendor, serving

REPOSITORY = Path(__file__).parents[3]
MAYA = Identifiers(emails=("Maya.Tallow@example.org",))
ORDER = DeleteOrder(date(2026, 11, 22), b"k" * 32)


@pytest.fixture
def system() -> System:
    path = REPOSITORY / "policies" / "data-map.toml"
    return parse(path, path.read_text(encoding="utf-8"))[0].system("mail-vendor")


def test_located_deleted_and_searched_again(tmp_path: Path, system: System):
    secret = new_secret()
    (tmp_path / "var" / "keys").mkdir(parents=True)
    (tmp_path / system.secret_file).write_text(secret)
    vendor = Vendor(tmp_path / "vendor.json", secret=secret)
    with serving(vendor) as url:

        def step(name: str) -> WebhookConnector:
            settings = {system.url_setting: url}
            return open_connector(system, root=tmp_path, settings=settings, asking=Asking(name))

        before = vendor.read()["subscribers"]
        assert step("s0").test() == ()
        assert step("s1").locate(MAYA).found == 1
        assert step("s1").delete(MAYA, replace(ORDER, dry_run=True)).removed[0].count == 1
        assert vendor.read()["subscribers"] == before, "a dry run changes nothing"
        done = step("s2").delete(MAYA, ORDER)
        assert (done.done, done.removed[0].count) == (True, 1)
        # The same step again, as after a crash: the same answer, and nothing is done twice.
        assert step("s2").delete(MAYA, ORDER) == done
        assert step("s3").locate(MAYA).found == 0
    left = [one for one in before if one != "maya.tallow@example.org"]
    assert len(left) == len(before) - 1
    assert vendor.read()["subscribers"] == left, "nobody else was touched"
    assert len([call for call in vendor.read()["calls"] if call["id"] == "s2-delete"]) == 1


def test_a_wrong_secret_is_refused(tmp_path: Path, system: System):
    vendor = Vendor(tmp_path / "vendor.json", secret=new_secret())
    before = vendor.read()
    with serving(vendor) as url:
        connector = WebhookConnector(system, url=url, secret=new_secret())
        with pytest.raises(Conflict, match="401"):
            connector.delete(MAYA, ORDER)
    assert vendor.read() == before


def test_a_vendor_that_is_down_is_unavailable_and_says_no_name(tmp_path: Path, system: System):
    vendor = Vendor(tmp_path / "vendor.json", secret=new_secret())
    with serving(vendor) as url:
        pass
    connector = WebhookConnector(system, url=url, secret=new_secret())
    with pytest.raises(Unavailable) as refused:
        connector.locate(MAYA)
    assert "tallow" not in str(refused.value).lower()
    assert connector.test()[0].severity == "fault"


def test_without_its_setting_the_address_is_asked_for(tmp_path: Path, system: System):
    with pytest.raises(Unavailable, match=system.url_setting):
        open_connector(system, root=tmp_path, settings={})
