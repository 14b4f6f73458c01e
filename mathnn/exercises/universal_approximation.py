"""Checkers for the exercises of the chapter on universal approximation."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

# The quotients: 21.2, 19.4, 0.25, 20.1, exactly 2, then 9.003 and 9.9, so that it matters how one rounds.
_CURVES = [
    (9.0, 0.0, 2.0, 0.01),
    (1.0, -1.0, 2.0, 0.003),
    (0.5, 0.0, 1.0, 1.0),
    (36.0, 0.0, 3.0, 0.1),
    (2.0, 1.0, 5.0, 1.0),
    (2.0, 0.5, 2.5, 1 / 9.003**2),
    (2.0, 0.5, 2.5, 1 / 9.9**2),
]
_STEPS = [(1.0, 1.0), (0.1, 1.0), (0.25, 0.5), (2.0, 3.0), (0.01, 0.1)]
_GRIDS = [(1, 1), (1, 4), (2, 3), (3, 2)]


def _numbers(answer: object, names: str) -> _Array | Verdict:
    """Return the numbers of an answer, or say what is wrong with it."""
    count = len(names.split(","))
    what = f"({names})" if count > 1 else names
    if answer is None:
        return Verdict(False, f"There is no answer to check: put {what} in place of None.")
    try:
        found: _Array = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return Verdict(False, f"The answer must be {what}, not {type(answer).__name__}.")
    if found.shape != ((count,) if count > 1 else ()) or not np.isfinite(found).all():
        return Verdict(False, f"The answer must be {what}: {count} finite number{'s' * (count > 1)}.")
    return found


def _constant(
    answer: object, names: str, right: object, mistakes: Mapping[str, object], praise: str, rtol: float = 1e-6
) -> Verdict:
    """Compare numbers with the right ones, and with the typical wrong ones."""
    found = _numbers(answer, names)
    if isinstance(found, Verdict):
        return found

    def always(value: object) -> Callable[[], object]:
        return lambda: value

    verdict = judge(
        always(found),
        always(right),
        [()],
        mistakes={sentence: always(wrong) for sentence, wrong in mistakes.items()},
        praise=praise,
        rtol=rtol,
    )
    if verdict.correct or verdict.message in mistakes:
        return verdict
    # What judge says of functions is not for numbers.
    return Verdict(False, "These are not the numbers." if found.ndim else "That is not the number.")


def hat(answer: object) -> Verdict:
    """Check numbers ``(c1, c2, c3)``: the output weights of a hat with the kinks -1, 0 and 4.

    Parameters
    ----------
    answer : sequence of three numbers, or None
        The reader's weights of the neurons with kinks at -1, 0 and 4.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> hat((2, -0.5, 0))
    Not yet. These are the slopes; a weight is the change of slope at its kink.
    """
    return _constant(
        answer,
        "c1, c2, c3",
        (2.0, -2.5, 0.5),
        {
            "These are the slopes; a weight is the change of slope at its kink.": (2.0, -0.5, 0.0),
            "To the right of 4 the slope must be 0: the third weight undoes what is left.": (2.0, -2.5, 0.0),
            "The slope to the right of 0 is the sum of the first two weights.": (2.0, -0.5, 0.5),
            "These are values, not changes of slope.": (0.0, 2.0, 0.0),
        },
        "The sum of the weights is 0, so the hat ends.",
    )


def cubic_error(answer: object) -> Verdict:
    """Check a number: the largest error of the polygon with one piece for the third power on [0, 1].

    Parameters
    ----------
    answer : float or None
        The reader's number.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> cubic_error(0.75)
    Not yet. That is the bound; the error is smaller, because the second derivative is 6 at one end only.
    """
    return _constant(
        answer,
        "a number",
        2.0 / (3.0 * math.sqrt(3.0)),
        {
            "That is the bound; the error is smaller, because the second derivative is 6 at one end only.": 0.75,
            "That is the error in the middle; it is larger somewhere else.": 0.375,
            "That is where the error is largest, not how large it is.": 1.0 / math.sqrt(3.0),
        },
        "It is about half of the bound 6/8.",
        rtol=1e-3,
    )


def best_line(answer: object) -> Verdict:
    """Check numbers ``(s, c)``: the affine function s x + c that is nearest to the square on [0, 1], uniformly.

    Parameters
    ----------
    answer : sequence of two numbers, or None
        The reader's slope and constant.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> best_line((1, 0))
    Not yet. That is the chord: it lies above the square. Lower it until the errors balance.
    """
    return _constant(
        answer,
        "s, c",
        (1.0, -0.125),
        {
            "That is the chord: it lies above the square. Lower it until the errors balance.": (1.0, 0.0),
            "That is the tangent in the middle: it lies below the square. Raise it until the errors balance.": (
                1.0,
                -0.25,
            ),
            "That is the line of least squares; the uniform distance is another one.": (1.0, -1.0 / 6.0),
            "The other way: the chord lies above the square, so it must come down.": (1.0, 0.125),
        },
        "The error is 1/8 at both ends, and as much with the other sign in the middle.",
    )


def pieces_needed(answer: object) -> Verdict:
    """Check a function ``f(M, a, b, eps)``: how many neurons the bound with M asks for.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> pieces_needed(lambda M, a, b, eps: int((b - a) * (M / (8 * eps)) ** 0.5))
    Not yet. Round up: with fewer pieces the bound is above eps.
    """
    return judge(
        answer,
        lambda M, a, b, eps: math.ceil((b - a) * math.sqrt(M / (8.0 * eps))),
        _CURVES,
        mistakes={
            "Round up: with fewer pieces the bound is above eps.": lambda M, a, b, eps: math.floor(
                (b - a) * math.sqrt(M / (8.0 * eps))
            ),
            "Round up, and only up: a whole quotient is enough.": lambda M, a, b, eps: (
                math.floor((b - a) * math.sqrt(M / (8.0 * eps))) + 1
            ),
            "Round up, not to the nearest: the bound must not be above eps.": lambda M, a, b, eps: round(
                (b - a) * math.sqrt(M / (8.0 * eps))
            ),
            "The number of neurons is whole: round up.": lambda M, a, b, eps: (b - a) * math.sqrt(M / (8.0 * eps)),
            "The length of the interval counts as well.": lambda M, a, b, eps: math.ceil(math.sqrt(M / (8.0 * eps))),
            "The bound has h squared: take the root.": lambda M, a, b, eps: math.ceil((b - a) * M / (8.0 * eps)),
            "The constant is 1/8, not 1/2.": lambda M, a, b, eps: math.ceil((b - a) * math.sqrt(M / (2.0 * eps))),
        },
        praise="A hundredth of the error needs ten times as many.",
    )


def steepness(answer: object) -> Verdict:
    """Check a function ``f(h, eta)``: how steep the steps must be.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> steepness(lambda h, eta: np.log(1 + 2 / eta))
    Not yet. That is K h: divide by the width of a step.
    """
    return judge(
        answer,
        lambda h, eta: math.log(1.0 + 2.0 / eta) / h,
        _STEPS,
        mistakes={
            "That is K h: divide by the width of a step.": lambda h, eta: math.log(1.0 + 2.0 / eta),
            "There are two sums, so there is a factor 2.": lambda h, eta: math.log(1.0 + 1.0 / eta) / h,
            "Keep the denominator 1 - q.": lambda h, eta: math.log(2.0 / eta) / h,
            "That is q, not K.": lambda h, eta: eta / (2.0 + eta),
            "q = exp(-K h): mind the sign.": lambda h, eta: -math.log(1.0 + 2.0 / eta) / h,
        },
        praise="With eta = 1 it is log(3) / h.",
    )


def third_power(answer: object) -> Verdict:
    """Check numbers ``(c0, c1, c2, c3)``: weights with which four neurons make the third power.

    Parameters
    ----------
    answer : sequence of four numbers, or None
        The reader's weights.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> third_power((1, -3, 3, -1))
    Not yet. That makes minus the third power.
    """
    return _constant(
        answer,
        "c0, c1, c2, c3",
        (-1.0, 3.0, -3.0, 1.0),
        {
            "That makes minus the third power.": (1.0, -3.0, 3.0, -1.0),
            "The lower powers do not cancel: binomial coefficients are missing.": (-1.0, 1.0, -1.0, 1.0),
            "The signs must alternate.": (1.0, 3.0, 3.0, 1.0),
            "That makes the square, from three of the neurons.": (1.0, -2.0, 1.0, 0.0),
        },
        "The weights times 1, j and j squared have the sum 0, and times j cubed the sum 6.",
    )


def narrow_parameters(answer: object) -> Verdict:
    """Check a function ``f(n, m)``: the number of parameters of the narrow network for m^n cubes.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> narrow_parameters(lambda n, m: (n + 4) * ((2 * n + 1) * m**n + 1))
    Not yet. That is the number of hidden neurons.
    """

    def count(n: int, m: int, *, biases: int = 1, more: int = 0) -> int:
        width, passed_on = n + 4, (2 * n + 1) * int(m**n) + more
        return (n + biases) * width + passed_on * (width + biases) * width + width + biases

    return judge(
        answer,
        count,
        _GRIDS,
        mistakes={
            "That is the number of hidden neurons.": lambda n, m: (n + 4) * ((2 * n + 1) * m**n + 1),
            "The biases are missing.": lambda n, m: count(n, m, biases=0),
            "One layer too many: the first hidden layer has only n inputs.": lambda n, m: count(n, m, more=1),
            "The output layer is missing.": lambda n, m: count(n, m) - (n + 4) - 1,
            "The first layer is missing.": lambda n, m: count(n, m) - (n + 1) * (n + 4),
        },
        praise="Nearly all of them are zeros and ones.",
    )


def accumulator(answer: object) -> Verdict:
    """Check a number: the least offset with which one neuron can collect the heights 2, -3, 1 and -1/2.

    Parameters
    ----------
    answer : float or None
        The reader's number.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> accumulator(6.5)
    Not yet. That is enough for any boxes; but at each point at most one of these bumps is not 0.
    """
    return _constant(
        answer,
        "a number",
        3.0,
        {
            "That is enough for any boxes; but at each point at most one of these bumps is not 0.": 6.5,
            "That is enough if the negative ones overlap; but at each point at most one of these bumps is not 0.": 3.5,
            "On the second box the sum is -3, not 2 - 3: the boxes have no common interior points.": 1.0,
            "The sum becomes negative on the second box, and ReLU would cut it off.": 0.0,
            "The offset is added: it must be positive.": -3.0,
        },
        "So width n + 3 is enough.",
    )
