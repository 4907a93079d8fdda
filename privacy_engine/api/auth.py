"""Who asks, what their key allows, and how fast they may go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import request

from privacy_engine.api.limits import Buckets, Room
from privacy_engine.engine import Engine
from privacy_engine.errors import Forbidden, TooMany, Unauthenticated
from privacy_engine.ingest import sites
from privacy_engine.ingest.grouping import Groups
from privacy_engine.ingest.sites import KeyKind, Mode, Scope, SiteKey

View = Callable[..., Any]
PUBLIC = "public"


@dataclass(frozen=True)
class Caller:
    """Whoever showed a key, and the world that the key speaks to."""

    key: SiteKey
    world: Engine

    @property
    def site(self) -> str:
        """The site, or for an auditor the chosen name."""
        return self.key.site


class Door:
    """Lets callers in by key; each view says which scope it needs, or that it is public."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._asking: Groups[str, SiteKey | None] = Groups()
        self._buckets = Buckets(engine.settings.limits.events_per_second)
        self.room = Room(engine.settings.limits.bytes_at_once)

    def needs(self, scope: Scope) -> Callable[[View], View]:
        """Let the view run only for a key with this scope; it gets the caller first."""

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                caller = self.caller()
                self._require(caller.key, scope)
                self.spend(caller, 1)
                return view(caller, *args, **kwargs)

            guarded.scope = scope  # type: ignore[attr-defined]
            return guarded

        return decorate

    def public(self, view: View) -> View:
        """Mark a view that anybody may use."""
        view.scope = PUBLIC  # type: ignore[attr-defined]
        return view

    def caller(self) -> Caller:
        """Return who asks.

        Raises:
            Unauthenticated: no key, or none that is known.
        """
        scheme, _, bearer = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not bearer.strip():
            raise Unauthenticated("send the key as `Authorization: Bearer sk_live_...`")
        # Callers that arrive together are looked up together, each as of now.
        (key,) = self._asking.store([bearer.strip()], self._recognise)
        if key is None:
            raise Unauthenticated
        return Caller(key, self.engine.test if key.mode is Mode.TEST else self.engine)

    def _recognise(self, bearers: Sequence[str]) -> Sequence[SiteKey | None]:
        with self.engine.reading() as tx:
            return sites.recognise(tx, bearers)

    def spend(self, caller: Caller, count: int) -> None:
        """Count `count` against the key's rate.

        Raises:
            TooMany: the key is too fast; says when to come back.
        """
        wait = self._buckets.spend(caller.key.prefix, count)
        if wait:
            raise TooMany("this key sends faster than the limit allows", retry_after_seconds=wait)

    def _require(self, key: SiteKey, scope: Scope) -> None:
        if scope not in key.scopes:
            raise Forbidden(f"this needs a key with the scope {scope}")
        if key.kind is not KeyKind.BROWSER:
            return
        # A browser key is public: the browser's own word on where the page came from is all
        # that ties it to its site.
        if request.headers.get("Origin", "") not in key.origins:
            raise Forbidden("a browser key is taken only from the origins listed for its site")
