"""Draws and signs each PDF in a process of its own: warm, killable, and limited in memory.

A page costs a processor and megabytes, and threads make it slower; so whoever draws as due work
hands the report to a fresh process, forked from one that has the libraries loaded already. It may
use 1 GiB and not more, and ends when the work is given up.
"""

import multiprocessing
import os
import resource
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from privacy_engine import progress
from privacy_engine.errors import EngineError, TooLarge, Unavailable
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.reports.document import Report
from privacy_engine.reports.produce import Produced

MEMORY_BYTES = 1 << 30
_LOOK_SECONDS = 0.5
_END_SECONDS = 5.0
_OUT_OF_MEMORY = 77
_ENDED_ITSELF = frozenset({signal.SIGABRT, signal.SIGTRAP})
_CRASHED = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})
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
        Unavailable: the process ended without an answer; the sentence says what is known of it.
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
        answer = _answer(here) or _what_is_known(process)
    finally:
        process.kill()
        process.join()
        here.close()
    if isinstance(answer, EngineError):
        raise answer
    return answer


def _answer(pipe: Connection) -> Produced | EngineError | None:
    """Return what the process sent, None when it ended without a word."""
    while not pipe.poll(_LOOK_SECONDS):
        progress.say("drawing and signing the pages")
    try:
        answer: Produced | EngineError = pipe.recv()
    except EOFError:
        return None
    return answer


def _what_is_known(process: BaseProcess) -> EngineError:
    """Return why a process ended without an answer, as far as its end tells."""
    process.join(_END_SECONDS)
    code = process.exitcode
    if code == _OUT_OF_MEMORY:
        return TooLarge("this report needs more memory than one report may use (1 GiB)")
    if code is None or code >= 0:
        return Unavailable(f"the process that drew the pages ended without an answer ({code})")
    name = _signal_name(-code)
    if -code in _ENDED_ITSELF:
        return TooLarge(
            f"a library ended the process that drew the pages ({name}), as it does when it is "
            "refused memory; one report may use 1 GiB"
        )
    if -code in _CRASHED:
        return Unavailable(
            f"a library crashed while it drew the pages ({name}); some do when they are refused "
            "memory, and one report may use 1 GiB"
        )
    return Unavailable(
        f"something outside ended the process that drew the pages ({name}); a machine that is "
        "short of memory does so too"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _held_bytes() -> int:
    """Return how much address space this process has; what `RLIMIT_AS` limits (proc(5), statm)."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def _draw(
    pipe: Connection,
    memory_bytes: int,
    report: Report,
    certificate: ReportCertificate,
    **given: object,
) -> None:
    # Under a limit below what it holds already, whichever library asks next may crash instead.
    if _held_bytes() >= memory_bytes:
        os._exit(_OUT_OF_MEMORY)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, most))
    answer: Produced | EngineError
    try:
        from privacy_engine.reports import warm  # noqa: PLC0415  loaded before the fork

        answer = warm.draw(report, certificate, **given)  # type: ignore[arg-type]
    except EngineError as error:
        answer = error
    except (MemoryError, SystemError):  # the second is how some libraries report the first
        os._exit(_OUT_OF_MEMORY)  # an answer would need memory
    except Exception as error:  # noqa: BLE001  its text could quote what stands in the report
        answer = Unavailable(f"the pages could not be drawn ({type(error).__name__})")
    pipe.send(answer)
