"""The public surface: what a consumer or a parent meets; works without JavaScript or account."""

from ipaddress import IPv6Address, ip_address

from flask import Blueprint, Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from privacy_engine import routing
from privacy_engine.engine import Engine
from privacy_engine.portal import (
    age,
    answers,
    check,
    checked,
    choices,
    documents,
    forms,
    home,
    package,
    parent_page,
    parents,
    requests,
    shell,
    status,
    tasks,
    unsubscribe,
    verify,
)


def create_app(engine: Engine) -> Flask:
    """Return the portal of an engine; it sets no cookie but that of the age question."""
    limits = engine.settings.limits
    app = Flask(__name__, static_folder=None)
    routing.install(app)
    app.config.update(
        MAX_CONTENT_LENGTH=limits.upload_bytes,
        MAX_FORM_MEMORY_SIZE=limits.upload_bytes,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["engine"] = engine
    # Where Redis is down people still get through, counted by each process for itself.
    limiter = Limiter(
        _neighbourhood,
        app=app,
        storage_uri=engine.settings.redis.url or "memory://",
        key_prefix=engine.name_in_redis,
        in_memory_fallback_enabled=bool(engine.settings.redis.url),
    )
    shell.install(app)
    app.jinja_env.globals["csrf_token"] = forms.stamp
    pages = Blueprint("portal", __name__)
    for module in (
        home,
        requests,
        status,
        tasks,
        verify,
        package,
        choices,
        unsubscribe,
        parents,
        age,
        answers,
        checked,
        parent_page,
        documents,
        check,
    ):
        module.add(pages)
    limiter.shared_limit(
        f"{limits.portal_requests_per_hour}/hour",
        scope="portal",
        methods=["POST"],
        exempt_when=_is_one_click,
    )(pages)
    app.register_blueprint(pages)
    return app


def _neighbourhood() -> str:
    """Return what counts as one visitor: an IPv4 address, or the network of an IPv6 one."""
    found = get_remote_address()
    try:
        address = ip_address(found)
    except ValueError:
        return found
    if isinstance(address, IPv6Address):  # one household has all of a /64
        return str(IPv6Address(int(address) >> 64 << 64))
    return found


def _is_one_click() -> bool:
    # The servers of a few mail providers send everybody's unsubscriptions (RFC 8058), and one
    # company sends the answers of all its checks.
    return request.endpoint in {"portal.unsubscribe", "portal.checked"}
