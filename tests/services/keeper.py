"""Runs one server for as long as the test session lives, and not a second longer.

Called as `keeper.py SESSION_PID STOP_SIGNAL DIRECTORY ACCOUNT COMMAND…`; an empty account means
our own. A session that is killed cannot clean up; this process outlives it, stops the server and
removes the server's directory, and the session's, in which it lies.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    session, stop_signal = int(sys.argv[1]), int(sys.argv[2])
    directory, account, command = sys.argv[3], sys.argv[4] or None, sys.argv[5:]
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the session, which then tells us
    server = subprocess.Popen(command, user=account, extra_groups=[] if account else None)
    while server.poll() is None and not stopping and is_alive(session):
        time.sleep(0.2)
    if server.poll() is None:
        server.send_signal(stop_signal)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(directory, ignore_errors=True)
    if not is_alive(session):
        shutil.rmtree(Path(directory).parent, ignore_errors=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
