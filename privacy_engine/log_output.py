"""Structured log lines on stderr, without personal data: ids, slugs and counts only."""

import logging
import sys

import structlog


def configure_logging(*, level: int = logging.INFO) -> None:
    """Send the engine's log lines to stderr as JSON, one line each."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # The class and the place of an error, never its text: that could quote a person.
            _only_class_of_error,
            structlog.processors.JSONRenderer(),
        ],
    )


def _only_class_of_error(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    del logger, method
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        event["error"] = kind.__name__ if kind else "unknown"
        frames = []
        while trace:
            frames.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = frames[-6:]
    return event
