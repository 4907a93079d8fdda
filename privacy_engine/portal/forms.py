"""What keeps the public forms honest without a cookie, an account or a riddle.

The portal sets no cookie, so a form on another site can borrow nobody's authority: what acts for
a person is a signed link, and what is open to all carries a signed stamp. A stamp is good for a
day. There is no shortest time: who fills in quickly, by a password manager or a switch device,
is not a robot; the trap field and the hourly limit are for those.
"""

import re
from datetime import timedelta

from flask import request

from privacy_engine import clock
from privacy_engine.errors import NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.portal.shell import engine
from privacy_engine.rights import links

STAMP_FOR = timedelta(hours=24)
OPEN_TOO_LONG = (
    "This page was open for more than a day. Nothing is lost: look at it once more and press "
    "the button again."
)
TRAPPED = (
    "A program filled in a field that people do not see. Nothing is lost: press the button again."
)
BAD_EMAIL = "Enter an email address such as name@example.org."
LONGEST_EMAIL = 320
# No quotes, brackets or lists: the address goes into the head of a letter as it stands.
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"/]+\.[^\s@,;:<>()\[\]\\\"/.]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_NAME = "form"


def stamp(about: str = _NAME) -> str:
    """Return a new stamp for a form; `about` says which."""
    nonce = random_id()
    token = links.sign(
        engine().ring, use=_NAME, about=f"{about}:{nonce}", expires_at=clock.now() + STAMP_FOR
    )
    return f"{nonce}.{token}"


def fault(given: str, about: str = _NAME) -> dict[str, str]:
    """Return what is wrong with a stamp or the trap field of the present form, by field."""
    nonce, _, token = given.partition(".")
    try:
        links.check(engine().ring, token, use=_NAME, about=f"{about}:{nonce}", now=clock.now())
    except NotFound:
        return {"again": OPEN_TOO_LONG}
    return {"again": TRAPPED} if request.form.get("website") else {}


def typed(field: str, *, lines: bool = False) -> str:
    """Return what was typed, without invisible signs; in one line unless `lines`."""
    text = _CONTROLS.sub("", request.form.get(field, "")).replace("\r\n", "\n").strip()
    return text if lines else " ".join(text.split())


def is_email(text: str) -> bool:
    """Return whether a letter could go there."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None
