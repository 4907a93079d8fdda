"""Answers that take the same time whoever's address was typed.

Whether an address is known decides how much is read and written for it. So a form that takes an
address answers at the next multiple of a fixed span, which is longer than the work usually takes:
by the time of its answer nobody learns more than by its words, which are the same too.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from privacy_engine import clock
from privacy_engine.portal.shell import engine

P = ParamSpec("P")
R = TypeVar("R")


def evenly(view: Callable[P, R]) -> Callable[P, R]:
    """Let every answer of a view to a posted form take a multiple of the span in the settings."""

    @wraps(view)
    def answered(*given: P.args, **named: P.kwargs) -> R:
        if request.method != "POST":
            return view(*given, **named)
        began = clock.monotonic()
        try:
            return view(*given, **named)
        finally:  # a fault is an answer too
            span = engine().settings.limits.portal_answer_milliseconds / 1000
            time.sleep(rest(clock.monotonic() - began, span))

    return answered


def rest(spent: float, span: float) -> float:
    """Return how long to wait after `spent` until the next multiple of `span`; in seconds."""
    return span - spent % span if span else 0.0
