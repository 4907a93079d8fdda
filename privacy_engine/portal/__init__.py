"""The public surface: what a consumer or a parent meets; works without JavaScript or account."""

from flask import Blueprint, Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from privacy_engine.engine import Engine
from privacy_engine.portal import (
    check,
    choices,
    documents,
    home,
    package,
    requests,
    shell,
    status,
)


def create_app(engine: Engine) -> Flask:
    """Return the portal of an engine."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=engine.ring.secret("session-portal"),
        SESSION_COOKIE_NAME="privacy-portal",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=engine.settings.server.secure_cookies,
        MAX_CONTENT_LENGTH=engine.settings.limits.upload_bytes,
        MAX_FORM_MEMORY_SIZE=engine.settings.limits.upload_bytes,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["engine"] = engine
    csrf = CSRFProtect(app)
    storage = engine.settings.redis.url or "memory://"
    limiter = Limiter(get_remote_address, app=app, storage_uri=storage)
    per_hour = engine.settings.limits.portal_requests_per_hour
    shell.install(app)
    pages = Blueprint("portal", __name__)
    for module in (home, requests, status, package, choices, documents, check):
        module.add(pages)
    limiter.limit(f"{per_hour}/hour", methods=["POST"])(pages)
    app.register_blueprint(pages)
    # RFC 8058: a mail program posts without cookie or token; the signed link is what it proves.
    csrf.exempt("privacy_engine.portal.choices.unsubscribe")
    return app
