"""Run cells of notebooks in this process, each time in a fresh namespace."""

import contextlib
import functools
import io
import signal
import sys
import types
import warnings
from collections.abc import Iterator

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np


class CellTimeoutError(Exception):
    """A cell ran longer than it may."""


@functools.cache
def compiled(source: str) -> types.CodeType:
    """Compile a cell once, however often it runs."""
    return compile(source, f"{_NAME}{source.split(chr(10), 1)[0]!r}>", "exec")


_NAME = "<cell "


def is_cell(code: types.CodeType) -> bool:
    """Whether this code stands in a cell, not in a module that the cell calls."""
    return code.co_filename.startswith(_NAME)


@contextlib.contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt what takes too long: a spoiled iteration may run for ever. Not on Windows."""
    if seconds is None or sys.platform == "win32":
        yield
        return

    def stop(signum: int, frame: object) -> None:
        raise CellTimeoutError(f"ran for more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(*sources: str, seconds: float | None = None) -> None:
    """Run cells one after the other in one fresh namespace, with warnings as errors.

    What a set-up cell changes for the whole process (how NumPy prints, the style of figures) is undone.
    """
    namespace = {"__name__": "__main__", "display": lambda *things, **options: None}
    show = plt.show
    # Without a window there is nothing to show, and Agg would warn of that.
    plt.show = lambda *args, **kwargs: None
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            np.printoptions(),
            matplotlib.rc_context(),
            _time_limit(seconds),
        ):
            warnings.simplefilter("error")
            for source in sources:
                exec(compiled(source), namespace)
    finally:
        plt.show = show
        plt.close("all")
