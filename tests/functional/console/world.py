"""A small office: an engine with a few requests, its staff, and a browser for each of them."""

import re
from datetime import timedelta

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from privacy_engine import clock, console
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.engine import Engine
from privacy_engine.jobs import schedule, tasks
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions
from privacy_engine.rights.actions import Intake
from tests.engines import make_engine

__all__ = ["Browser", "Office", "make_engine"]

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One member's browser: remembers cookies, and takes CSRF tokens from the page before."""

    def __init__(self, application) -> None:
        self._client = Client(application)
        self._csrf = ""

    def get(self, path):
        answer = self._client.get(f"/console{path}", buffered=True)
        is_page = answer.mimetype == "text/html"
        found = _TOKEN.search(answer.get_data(as_text=True)) if is_page else None
        self._csrf = found[1] if found else self._csrf
        return answer

    def post(self, path, *, csrf=None, **form):
        data = {"csrf_token": self._csrf if csrf is None else csrf, **form}
        return self._client.post(f"/console{path}", data=data)

    def read(self, path):
        """Return the page as text, without markup and runs of blanks."""
        return words(self.get(path))

    def cookie(self):
        return self._client.get_cookie("console", path="/console")


def words(answer):
    """Return what a person reads on a page."""
    main = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", f"<{main}").replace("\u2019", "'").split())


class Office:
    """An engine with staff and requests."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        app = console.create_app(engine)
        self.application = DispatcherMiddleware(app, {"/console": app})
        self.app = app

    def seat(self, address, role=StaffRole.OFFICER):
        return self.engine.run(lambda tx: staff.add(tx, address, role=role))

    def link(self, member):
        return self.engine.run(lambda tx: staff.make_link(tx, member.staff_id))

    def sign_in(self, member):
        browser = Browser(self.application)
        browser.get(f"/sign-in/{self.link(member)}")
        answer = browser.post("/sign-in/use", token=self.link(member))
        assert answer.status_code == 303
        return browser

    def somebody(self, role=StaffRole.OFFICER):
        """Return the browser of a new colleague."""
        count = len(self._seats())
        return self.sign_in(self.seat(f"colleague{count}@listing.example", role))

    def _seats(self):
        with self.engine.reading() as tx:
            return staff.everybody(tx)

    def request(self, right="delete", address="maya.tallow@example.org", **given):
        days = given.pop("days_ago", 0)
        moment = clock.now() - timedelta(days=days)
        intake = Intake(
            right,
            (Identifier("email", address),),
            received_at=moment,
            name=given.pop("name", "Maya Tallow"),
            **given,
        )
        return self.engine.run(lambda tx: actions.receive(tx, intake)).reference

    def work(self):
        tasks.run_due(self.engine)
        self.engine.sequence()

    def look(self):
        schedule.run(self.engine)
