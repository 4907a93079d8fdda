"""Draws and signs each PDF in a process of its own: warm, killable, and limited in memory.

A page costs a processor and megabytes, and threads make it slower; so whoever draws as due work
hands the report to a fresh process, forked from one that has the libraries loaded already. It may
use 1 GiB and not more, and ends when the work is given up.
"""

import multiprocessing
import resource
from multiprocessing.connection import Connection
from typing import Any

from privacy_engine import progress
from privacy_engine.errors import EngineError, TooLarge, Unavailable
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.reports.document import Report
from privacy_engine.reports.produce import Produced

MEMORY_BYTES = 1 << 30
_LOOK_SECONDS = 0.5
_LIBRARIES = ["__main__", "privacy_engine.reports.warm"]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(_LIBRARIES)


def draw_apart(
    report: Report,
    certificate: ReportCertificate,
    *,
    memory_bytes: int = MEMORY_BYTES,
    **given: Any,
) -> Produced:
    """Return the signed file that shows `report`, as `produce` does, from a process of its own.

    Args:
        report: What to show.
        certificate: Who signs.
        memory_bytes: How much memory the process may use.
        given: Whatever else `produce` takes.

    Raises:
        GivenUp: somebody gave the work up meanwhile; the process is ended.
        TooLarge: it would need more memory than one report may use.
        EngineError: whatever `produce` refuses.
    """
    here, there = _processes.Pipe(duplex=False)
    process = _processes.Process(
        target=_draw,
        args=(there, memory_bytes, report, certificate),
        kwargs=given,
        daemon=True,
    )
    process.start()
    there.close()
    try:
        answer = _answer(here)
    finally:
        process.kill()
        process.join()
        here.close()
    if isinstance(answer, EngineError):
        raise answer
    return answer


def _answer(pipe: Connection) -> Produced | EngineError:
    while not pipe.poll(_LOOK_SECONDS):
        progress.say("drawing and signing the pages")
    try:
        answer: Produced | EngineError = pipe.recv()
    except EOFError:
        # Out of memory the libraries end the process where they stand.
        return TooLarge("this report needs more memory than one report may use (1 GiB)")
    return answer


def _draw(
    pipe: Connection,
    memory_bytes: int,
    report: Report,
    certificate: ReportCertificate,
    **given: object,
) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, most))
    answer: Produced | EngineError
    try:
        from privacy_engine.reports import warm  # noqa: PLC0415  loaded before the fork

        answer = warm.draw(report, certificate, **given)  # type: ignore[arg-type]
    except EngineError as error:
        answer = error
    except (MemoryError, SystemError):  # the second is how some libraries report the first
        return
    except Exception as error:  # noqa: BLE001  its text could quote what stands in the report
        answer = Unavailable(f"the pages could not be drawn ({type(error).__name__})")
    pipe.send(answer)
