"""What a checker answers, and how it compares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """The answer of a checker.

    Attributes
    ----------
    correct : bool
        Whether the answer is right.
    message : str
        What is wrong with it, as far as the checker can tell.
    """

    correct: bool
    message: str

    def __repr__(self) -> str:
        """Show the verdict in a sentence."""
        return f"Correct. {self.message}" if self.correct else f"Not yet. {self.message}"


def judge(
    answer: object,
    expected: Callable[..., Any],
    inputs: Sequence[tuple[Any, ...]],
    *,
    mistakes: Mapping[str, Callable[..., Any]],
    praise: str,
    rtol: float = 1e-6,
    subject: str = "your function",
) -> Verdict:
    """Compare a function with the right one, and with the typical wrong ones, on given inputs.

    Parameters
    ----------
    answer : callable or None
        The reader's function; None stands for no answer yet.
    expected : callable
        The right function.
    inputs : sequence of tuple
        Arguments of the calls; different enough that no mistake passes on all of them.
    mistakes : mapping of str to callable
        Wrong functions, by the sentence that tells the reader what went wrong.
    praise : str
        What to say of a right answer.
    rtol : float
        Largest difference, relative to the largest entry of the right value.
    subject : str
        What the reader wrote, for the sentence that tells a wrong value.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> double = lambda x: 2 * x
    >>> judge(lambda x: x * x, double, [(3.0,)], mistakes={"That is the square.": lambda x: x**2}, praise="Twice x.")
    Not yet. That is the square.
    """
    if answer is None:
        return Verdict(False, "There is no answer to check: put your function in place of None.")
    if not callable(answer):
        return Verdict(False, f"The answer must be a function, not {type(answer).__name__}.")
    found = []
    for arguments in inputs:
        try:
            value = answer(*_copies(arguments))
        except Exception as error:  # A reader's function may raise anything.
            return Verdict(False, f"Your function raises {type(error).__name__}: {error}")
        if value is None:
            return Verdict(False, "Your function returns nothing: is there a return at its end?")
        try:
            found.append(np.asarray(value, dtype=float))
        except (TypeError, ValueError):
            return Verdict(False, f"Your function must return numbers, not {type(value).__name__}.")
    right = [np.asarray(expected(*_copies(arguments)), dtype=float) for arguments in inputs]
    for value, goal in zip(found, right, strict=True):
        if value.shape != goal.shape:
            return Verdict(False, f"Your function returns shape {value.shape}; the right shape is {goal.shape}.")
    failing = [k for k, (a, b) in enumerate(zip(found, right, strict=True)) if not _agree(a, b, rtol)]
    if not failing:
        return Verdict(True, praise)
    for sentence, wrong in mistakes.items():
        values = [np.asarray(wrong(*_copies(arguments)), dtype=float) for arguments in inputs]
        if all(_agree(a, b, rtol) for a, b in zip(found, values, strict=True)):
            return Verdict(False, sentence)
    k = failing[0]
    return Verdict(False, f"In test {k + 1} of {len(inputs)} {subject} returns {found[k]}, but {right[k]} is right.")


def _copies(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in arguments)


def _agree(left: np.ndarray, right: np.ndarray, rtol: float) -> bool:
    scale = max(float(np.max(np.abs(right), initial=0.0)), 1e-300)
    return left.shape == right.shape and bool(np.max(np.abs(left - right), initial=0.0) <= rtol * scale)
