"""A small site of therapists, clients and messages that stands for the listing site."""

from privacy_engine.sample_site.reporting import report
from privacy_engine.sample_site.seed import create

__all__ = ["create", "report"]
