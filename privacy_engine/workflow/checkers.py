"""Chooses who checks parents in this world."""

from privacy_engine.config import Settings
from privacy_engine.errors import NotFound
from privacy_engine.keys import KeyRing
from privacy_engine.workflow.parent_checks import (
    Provider,
    TestProvider,
    WebhookProvider,
    test_secret,
)
from privacy_engine.workflow.trusted_adult import TrustedAdultProvider


def provider_of(settings: Settings, ring: KeyRing) -> Provider:
    """Return who checks parents in this world; in test mode that is our own page.

    Raises:
        NotFound: nobody is set.
    """
    given = settings.children
    if settings.test_mode:
        base = settings.instance.public_url
        return TestProvider(test_secret(ring), f"{base}/parent/test-check")
    if not given.provider_url:
        raise NotFound("nobody checks parents here")
    if given.provider not in {"webhook", "k-id"}:
        raise NotFound("nobody of this name checks parents")
    if given.provider == "k-id":
        return TrustedAdultProvider(
            given.provider_url,
            given.provider_key,
            given.provider_secret,
            settings.instance.jurisdiction,
            given.allow_private,
        )
    return WebhookProvider(given.provider_url, given.provider_secret, given.allow_private)
