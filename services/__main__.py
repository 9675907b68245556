"""Where `lantern` starts: every failure becomes one line on standard error and an exit code.

0 done; 1 a fault of ours; 2 what was given cannot be used; 3 something is missing on this machine; 130 stopped by the
user. Imports nothing of weight before it is ready for Ctrl-C.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import active_count
from types import FrameType
from typing import NoReturn

from services import stopping

STOPPED = 130


def run() -> NoReturn:
    """Run the command of this process, and end it. What is still computing in a thread is not waited for."""
    code = main()
    if active_count() > 1:  # a library's own thread, ended with the interpreter, would end the process by a fault
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    arguments = sys.argv[1:] if arguments is None else arguments
    stopping.asked.clear()
    try:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a kill and a closed window are as Ctrl-C
            signal.signal(ending, _stop)
        for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character shows its code instead
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return _run(list(arguments) or ["--help"])
    except KeyboardInterrupt:
        return _fail("stopped; nothing half-done is left", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains again when it exits
        return 1
    except Exception as err:  # the last defence: someone who grieves is shown no traceback
        from data.errors import Cancelled, LanternError, in_our_words

        if os.environ.get("LANTERN_DEBUG") and not isinstance(err, LanternError):
            raise
        # A library that was being loaded makes an error of its own of Ctrl-C
        if stopping.asked.is_set() and not isinstance(err, Cancelled):
            return _fail("stopped; nothing half-done is left", STOPPED)
        failure = in_our_words(err)
        return _fail(str(failure), failure.exit_code)


def _stop(_number: int, _frame: FrameType | None) -> None:
    stopping.asked.set()
    raise KeyboardInterrupt


def _run(arguments: list[str]) -> int:
    import typer

    from services.cli import app

    try:
        code = app(arguments, standalone_mode=False)
    except typer.TyperException as err:
        if "unexpected extra argument" in err.format_message():
            return _fail(f"{' '.join(err.format_message().split())} Put a line of several words in quotes.", 2)
        known = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
        verb = f" {arguments[0]}" if arguments and arguments[0] in known else ""
        return _fail(f"{' '.join(err.format_message().split())} `lantern{verb} --help` shows how.", 2)
    except typer.Abort as err:
        raise KeyboardInterrupt from err
    if code == STOPPED:  # typer catches Ctrl-C itself
        raise KeyboardInterrupt
    return int(code or 0)


def _fail(message: str, code: int) -> int:
    from services.progress import shown

    print(f"lantern: {shown(message)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    run()
