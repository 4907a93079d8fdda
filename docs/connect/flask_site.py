"""A site's own answers to the privacy engine. Copy this file and give it your functions."""

import base64
import hmac
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Blueprint, abort, request

Answer = dict[str, Any]
Asked = Callable[[Answer], Answer]


def privacy_pages(secret: str, done: MutableMapping[str, Answer], **asked: Asked) -> Blueprint:
    """Return a blueprint with POST /privacy.

    Args:
        secret: `whsec_…`, as in the engine's `secret_file`; or two, with a space between.
        done: where answers are kept by message id; a table, so that nothing is done twice.
        asked: `locate`, `copy`, `correct`, `delete`, and `quarantine`, `release` where the
            data map says that the site hears of them: from the question's data to the answer.
            Keep what `quarantine` stops under `data["reference"]`, and let `release` end all
            that stands under it: after a parent's consent it names hardly anybody.
            Answer `{"done": False}` where it was not done: a person then sees to it.
    """
    pages = Blueprint("privacy", __name__)
    keys = [base64.b64decode(one.removeprefix("whsec_")) for one in secret.split()]

    @pages.post("/privacy")
    def answer() -> Answer:
        message, stamp = (
            request.headers.get("webhook-id", ""),
            request.headers.get("webhook-timestamp", ""),
        )
        if not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
            abort(401)
        signed = f"{message}.{stamp}.".encode() + request.get_data()
        marks = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in keys]
        given = request.headers.get("webhook-signature", "").encode().split()
        if not any(hmac.compare_digest(b"v1," + one, item) for one in marks for item in given):
            abort(401)
        data = request.get_json()["data"]
        action = data["action"]
        if action == "ping":
            return {"done": True}
        if action not in asked:
            return {"done": False, "messages": ["this site does not do that"]}
        if message in done:
            return done[message]
        said = {"done": True} | asked[action](data)
        # What only looks is asked anew: a copy kept here would outlive the deletion.
        if said["done"] and action not in {"locate", "copy"}:
            done[message] = said
        return said

    return pages
