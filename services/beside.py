"""The worker beside the service: a process of its own, so that long work slows no answer and takes nobody down with it.

It is begun again when it dies, after growing waits, and ends with the service, however that ends: it reads from a pipe
that nobody writes to, and which the system closes with the process that holds its other end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Final

from services.logs import tell

WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # before it is begun again
SETTLED_S: Final = 120.0  # who has worked so long and dies then is not at fault for good
ENDS_WITHIN_S: Final = 2.5  # of being asked; after that it is killed, and loses nothing by it


class Beside:
    """The worker of one home. Call `tend` again and again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._began_at = 0.0
        self._again_at = 0.0
        self._asked_at: float | None = None  # to stop

    def tend(self) -> None:
        """Begin it, or begin it again when its wait is over."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._mourn(self._process, now)
        if self._process is None and self._asked_at is None and now >= self._again_at:
            self._process, self._began_at = self._begin(), now

    def ask_to_stop(self) -> None:
        """Let it drop what it does; whoever works next begins that again."""
        if self._process is not None and self._asked_at is None:
            self._asked_at = time.monotonic()
            self._process.terminate()

    def stop(self) -> None:
        """The same, and wait for its end."""
        self.ask_to_stop()
        if self._process is None or self._asked_at is None:
            return
        try:
            self._process.wait(max(0.0, self._asked_at + ENDS_WITHIN_S - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _begin(self) -> subprocess.Popen[bytes]:
        ours = str(Path(__file__).parent.parent)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "services", "worker", "--until-closed"],
            env={**os.environ, "LANTERN_HOME": str(self._home), "PYTHONPATH": ours},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # what it has to say is in `jobs.log`, and of a job in its papers
            process_group=0,  # Ctrl-C is for the service, which then ends this one
        )

    def _mourn(self, process: subprocess.Popen[bytes], now: float) -> None:
        self._deaths = 1 if now - self._began_at > SETTLED_S else self._deaths + 1
        wait_s = WAITS_S[min(self._deaths, len(WAITS_S)) - 1]
        self._process, self._again_at = None, now + wait_s
        if process.stdin is not None:
            process.stdin.close()
        tell("worker-died", code=process.returncode, again_in_s=wait_s)


def end_with_parent() -> None:
    """In the worker: end as by Ctrl-C when the other end of standard input is closed."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ENDS_WITHIN_S)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
