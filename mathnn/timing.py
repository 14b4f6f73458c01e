"""How the notebooks time: alternating runs, and ratios taken within the same round."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mathnn._validation import FloatArray, positive_integer


# No ==: the record holds an array, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class Timing:
    """Seconds of several functions, measured side by side.

    Attributes
    ----------
    names : tuple of str
        The functions; the first is the reference.
    seconds : numpy.ndarray, shape (rounds, functions)
        Seconds of each run.
    """

    names: tuple[str, ...]
    seconds: FloatArray

    @property
    def ratios(self) -> FloatArray:
        """Seconds divided by those of the reference in the same round, shape (rounds, functions)."""
        return self.seconds / self.seconds[:, :1]

    def __str__(self) -> str:
        """Table with the median of the seconds, and median, minimum and maximum of the ratios."""
        width = max(len(name) for name in self.names)
        lines = [f"{'':{width}}  {'median':>10}  {'ratio':>7}  (min to max)"]
        for j, name in enumerate(self.names):
            ratio = self.ratios[:, j]
            lines.append(
                f"{name:{width}}  {_engineering(float(np.median(self.seconds[:, j]))):>10}  "
                f"{np.median(ratio):7.2f}  ({ratio.min():.2f} to {ratio.max():.2f})"
            )
        return "\n".join(lines)


def compare(functions: Mapping[str, Callable[[], object]], *, rounds: int = 7) -> Timing:
    """Time functions in alternation; the first is the reference of the ratios.

    Every function is called beforehand, to warm up and to see how often it must be repeated. Then each round calls all
    of them, starting one place further than the round before, so that a slow moment of the machine strikes all alike
    and its ratio cancels.

    Parameters
    ----------
    functions : mapping of str to callable
        What to call, without arguments. A call that takes less than a millisecond is repeated 2, 4, 8, ... times until
        the whole takes as long, and the mean is taken.
    rounds : int
        Number of rounds, at least 1.

    Returns
    -------
    Timing
        The seconds; printed, it is a table.

    Raises
    ------
    ValueError
        If there is no function, or `rounds` is not positive.

    Examples
    --------
    >>> timing = compare({"sum": lambda: sum(range(9)), "range": lambda: range(9)}, rounds=3)
    >>> timing.seconds.shape, bool((timing.ratios[:, 0] == 1.0).all())
    ((3, 2), True)
    """
    count = positive_integer(rounds, "rounds")
    if not functions:
        raise ValueError("functions must hold at least one function, got none")
    names, calls = tuple(functions), tuple(functions.values())
    for call in calls:
        call()
    repeats = [_repeats(call) for call in calls]
    seconds = np.empty((count, len(calls)))
    for r in range(count):
        for place in range(len(calls)):
            j = (r + place) % len(calls)
            seconds[r, j] = _seconds(calls[j], repeats[j]) / repeats[j]
    return Timing(names, seconds)


def _repeats(call: Callable[[], object]) -> int:
    repeats = 1
    # One call is not enough to see: a browser's clock has steps of up to a millisecond, and may read 0.
    while _seconds(call, repeats) < 1e-3:
        repeats *= 2
    return repeats


def _seconds(call: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return max(time.perf_counter() - start, 1e-9)


def _engineering(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
