"""The Global Privacy Control of a real Firefox, on and off: at a site, and on our own pages."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask

from privacy_engine.api import create_app
from privacy_engine.consent import register as consent
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.workflow import correspondence
from tests.functional.portal.serving import serving
from tests.functional.portal.visiting import Visit
from tests.services.firefox import Firefox, firefox

pytestmark = [pytest.mark.functional, pytest.mark.slow]

MAYA = Identifier("email", "maya.tallow@example.org")
Open = Callable[..., AbstractContextManager[Firefox]]

# What a site puts on its pages: if the browser says so, tell the engine, with the public key.
PAGE = """<!doctype html><title>A site</title><script>
window.said = (async () => {
  if (!navigator.globalPrivacyControl) return "no signal";
  const answer = await fetch("%(api)s/v1/events", {
    method: "POST",
    headers: {
      "Authorization": "Bearer %(key)s",
      "Content-Type": "application/cloudevents+json",
    },
    body: JSON.stringify({
      specversion: "1.0", id: crypto.randomUUID(), source: "listing-site",
      type: "signal.received",
      data: {subject: {device: "browser-7"}, signal: "gpc", value: true},
    }),
  });
  return String(answer.status);
})();
</script>"""


@pytest.fixture
def open_firefox(tmp_path: Path, firefox_command: str) -> Open:
    assert firefox_command

    def opened(*, gpc: bool) -> AbstractContextManager[Firefox]:
        return firefox(tmp_path / f"profile-{gpc}", gpc=gpc)

    return opened


def site(page: Callable[[], str]) -> Flask:
    app = Flask("site")
    app.add_url_rule("/", "home", page)
    return app


@pytest.fixture
def shop(engine: Engine) -> Iterator[str]:
    """The address of a site whose page reports the signal."""
    told: dict[str, str] = {}
    with serving(create_app(engine)) as api, serving(site(lambda: PAGE % told)) as address:
        made = engine.run(lambda tx: sites.add(tx, "listing-site", origins=[address]))
        key = next(
            one.secret for one in made if (one.kind, one.mode) == (KeyKind.BROWSER, Mode.LIVE)
        )
        told.update(api=api, key=key)
        yield address


def sharing(engine: Engine, who: Identifier) -> bool:
    """Return whether the person's, or the browser's, data may be shared."""
    with engine.reading() as tx:
        subject = tx.find_subject([who], site="listing-site")
        ids = tx.person(subject) if subject else ()
        return consent.check(tx, ids, ["sale-sharing"])["sale-sharing"].permitted


def test_a_site_passes_the_signal_on_and_its_absence_says_nothing(
    engine: Engine, shop: str, open_firefox: Open
) -> None:
    device = Identifier("device", "browser-7")
    with open_firefox(gpc=False) as off:
        off.open(shop)
        assert off.run("return window.said") == "no signal"
        assert sharing(engine, device)
    with open_firefox(gpc=True) as on:
        on.open(shop)
        assert on.run("return window.said") == "201"
        assert not sharing(engine, device)
    with open_firefox(gpc=False) as off_again:
        off_again.open(shop)
    assert not sharing(engine, device)


def test_our_pages_honour_the_signal_and_say_so(engine: Engine, open_firefox: Open) -> None:
    visit = Visit(engine)
    shown = {"document": "privacy-statement", "version": "2021-11-04"}
    engine.run(
        lambda tx: tx.append(
            "notice.shown", shown, subject=[MAYA], site="listing-site", trust=Trust.SERVER
        )
    )
    with engine.reading() as tx:
        subject = tx.find_subject([MAYA], site="listing-site")
        assert subject
        path = correspondence.preferences_url(tx, subject).partition("/preferences")[2]
    status = "return document.querySelector('[role=status]')?.innerText ?? ''"
    with serving(visit.app) as base:
        with open_firefox(gpc=False) as off:
            off.open(f"{base}/preferences{path}")
            assert "Opt-out request honored" not in off.run(status)
            assert sharing(engine, MAYA)
        with open_firefox(gpc=True) as on:
            on.open(base)
            assert on.run(status).startswith("Opt-out request honored")
            on.open(f"{base}/preferences{path}")
            text = on.run("return document.body.innerText")
            assert "Your browser asks us not to, and that holds." in text
    assert not sharing(engine, MAYA)
