"""The age question: neutral, asked once, answered with a band; the date is never kept.

Month and year are typed freely, nothing says which answer leads where, and a cookie of the session
keeps the first answer from being changed by going back. What is stored is the band, with the time.

Source: FTC COPPA FAQ H.3 (neutral age screen); 16 CFR 312.5(c)(1) (asking a child for a parent's
contact, to ask the parent, and for nothing else).
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, render_template, request

from privacy_engine import clock
from privacy_engine.children.rules import ASKED
from privacy_engine.errors import NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.ingest import sites
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.look.parts import Values
from privacy_engine.portal import forms
from privacy_engine.portal.shell import engine
from privacy_engine.rights import links
from privacy_engine.transaction import SUBJECT, Transaction

_COOKIE = "age_question"
_LONGEST_REF = 64
_OLDEST_YEARS = 120
_UP = {"lower": 16}
_BANDS: dict[str, Any] = {"under_13": "under_13", "13_15": "13_15", "16_up": _UP}


@dataclass(frozen=True)
class Asked:
    """For which site, about which visitor of it, and where the way back leads."""

    site: str
    ref: str
    back: str


@dataclass(frozen=True)
class _First:
    """The first answer of a browser: the band, and a mark that tells one answer from another."""

    band: str
    mark: str

    @property
    def said(self) -> str:
        return f"{self.band}.{self.mark}"


def add(pages: Blueprint) -> None:
    """Add the question, and the question for a parent that may follow."""
    pages.add_url_rule("/age", view_func=age, methods=["GET", "POST"])
    pages.add_url_rule("/age/parent", view_func=age_parent, methods=["POST"])


def age() -> Response | tuple[Response, int]:
    """Ask for month and year of birth; the first answer stands."""
    asked = _asked()
    given = _answered()
    if given:
        # The site may call the visitor otherwise by now: the answer holds for that name too.
        engine().run(lambda tx: _store(tx, asked, given), actor=SUBJECT)
        return _page(given.band, asked)
    if request.method == "GET":
        return _page("ask", asked)
    month, year = forms.typed("month"), forms.typed("year")
    today = clock.now().astimezone(engine().settings.zone).date()
    born = _month_of(month, year, today)
    errors = forms.fault(request.form.get("csrf_token", ""))
    if born is None:
        errors["year"] = "Enter the month as 1 to 12, and the year that you were born in."
    if errors or born is None:
        return _page("ask", asked, errors, Values(month=month, year=year)), 422
    first = _First(band_of(born, today), random_id())
    engine().run(lambda tx: _store(tx, asked, first), actor=SUBJECT)
    answer = _page(first.band, asked)
    token = links.sign(engine().ring, use="age", about=first.said)
    secure = engine().settings.server.secure_cookies
    # A cookie of the session: closing the browser ends it, going back does not.
    answer.set_cookie(
        _COOKIE, f"{first.said}.{token}", httponly=True, samesite="Lax", secure=secure, path="/age"
    )
    return answer


def age_parent() -> Response | tuple[Response, int]:
    """Take a parent's address from a child, to ask the parent and for nothing else."""
    asked = _asked()
    given = _answered()
    if given is None or given.band != "under_13" or not asked.ref:
        raise NotFound("this page is not here")
    email = forms.typed("email")
    errors = forms.fault(request.form.get("csrf_token", ""))
    if not forms.is_email(email):
        errors["email"] = forms.BAD_EMAIL
    if errors:
        return _page("under_13", asked, errors, Values(email=email)), 422
    engine().run(lambda tx: _name_parent(tx, asked, email), actor=SUBJECT)
    return _page("parent", asked)


def band_of(born: date, today: date) -> str:
    """Return the band of somebody born in a month; in doubt the younger one.

    Args:
        born: any day of the month of birth.
        today: the local day.
    """
    # The day is not asked: within the month of a birthday it counts as not yet passed.
    years = today.year - born.year - (today.month <= born.month)
    return "under_13" if years < 13 else "13_15" if years < 16 else "16_up"


def _month_of(month: str, year: str, today: date) -> date | None:
    if not (month.isdecimal() and year.isdecimal() and len(month) <= 2 and len(year) == 4):
        return None
    number = int(month)
    if not 1 <= number <= 12:
        return None
    born = date(int(year), number, 1) if int(year) else None
    possible = born and born <= today and today.year - born.year <= _OLDEST_YEARS
    return born if possible else None


def _asked() -> Asked:
    """Return what the address says; a way back leads to an origin of the site, or nowhere.

    Raises:
        NotFound: no such site.
    """
    name, ref = request.values.get("site", ""), request.values.get("ref", "")
    try:
        with engine().reading() as tx:
            origins = sites.get(tx, name).origins
    except NotFound:
        raise NotFound("the address may be mistyped, or the page has moved") from None
    back = request.values.get("back", "")
    parts = urlsplit(back)
    inside = f"{parts.scheme}://{parts.netloc}" in origins
    return Asked(name, ref[:_LONGEST_REF], back if inside else "")


def _answered() -> _First | None:
    """Return the first answer in this browser, whatever the site calls the visitor since.

    A forged cookie is no answer.
    """
    band, _, rest = request.cookies.get(_COOKIE, "").partition(".")
    mark, _, token = rest.partition(".")
    first = _First(band, mark)
    ours = links.is_ours(engine().ring, token, use="age", about=first.said)
    return first if ours and band in _BANDS else None


def _who(asked: Asked) -> list[Identifier]:
    return [Identifier("device", asked.ref)]


def _store(tx: Transaction, asked: Asked, first: _First) -> None:
    """Store the band as the visitor's own claim, once for each name of theirs."""
    if not asked.ref:
        return
    stamp = sha256("\x1f".join([asked.site, asked.ref, first.said]).encode()).hexdigest()
    tx.append(
        "age_signal.received",
        {"kind": "os_bracket", "value": _BANDS[first.band], "method": ASKED},
        subject=_who(asked),
        site=asked.site,
        trust=Trust.BROWSER,
        origin=("portal-age", stamp),
    )


def _name_parent(tx: Transaction, asked: Asked, email: str) -> None:
    stamp = sha256(request.form["csrf_token"].encode()).hexdigest()
    tx.append(
        "child.reported",
        {"reported_by": "other", "parent_email": email},
        subject=_who(asked),
        site=asked.site,
        trust=Trust.BROWSER,
        origin=("portal-age-parent", stamp),
    )


def _page(
    state: str, asked: Asked, errors: dict[str, str] | None = None, values: Values | None = None
) -> Response:
    return make_response(
        render_template(
            "portal/age.html",
            state=state,
            asked=asked,
            errors=errors or {},
            values=values or Values(),
        )
    )
