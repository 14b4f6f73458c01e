"""Checkers for the exercises of the chapter on perceptrons."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_CORNERS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
_W = np.array([3.0, -4.0])
_PLANES = [(_W, 2.0, np.array([1.0, 3.0])), (np.array([1.0, 2.0, 2.0]), -1.0, np.array([2.0, 0.5, 1.0]))]
_X = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3], [-1.0, -3.0]])
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])


def _relu(t: float) -> float:
    return max(t, 0.0)


def signed_distance(answer: object) -> Verdict:
    """Check a function ``f(w, b, x)``: the signed distance of a point from a hyperplane.

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
    >>> signed_distance(lambda w, b, x: w @ x + b)
    Not yet. Divide by the norm of w: the weights have any length.
    """
    return judge(
        answer,
        lambda w, b, x: (w @ x + b) / np.linalg.norm(w),
        _PLANES,
        mistakes={
            "Divide by the norm of w: the weights have any length.": lambda w, b, x: w @ x + b,
            "The sign tells the side: do not take the absolute value.": lambda w, b, x: (
                abs(w @ x + b) / np.linalg.norm(w)
            ),
            "Divide by the norm of w, not by its square.": lambda w, b, x: (w @ x + b) / (w @ w),
            "The bias is missing.": lambda w, b, x: w @ x / np.linalg.norm(w),
        },
        praise="Positive where the perceptron says 1.",
    )


def logical_and(answer: object) -> Verdict:
    """Check a function ``f(x1, x2)``: whether both inputs are 1.

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
    >>> logical_and(lambda a, b: float(a + b >= 0.5))
    Not yet. That is or: one input is enough.
    """
    return judge(
        answer,
        lambda a, b: float(a + b >= 1.5),
        _CORNERS,
        mistakes={
            "That is or: one input is enough.": lambda a, b: float(a + b >= 0.5),
            "That is 1 everywhere: the threshold is too low.": lambda a, b: 1.0,
            "That is exclusive or.": lambda a, b: float(a != b),
            "That is the negation.": lambda a, b: float(a + b < 1.5),
        },
        praise="Any threshold above 1 and at most 2 will do.",
    )


def tanh_slope(answer: object) -> Verdict:
    """Check a function ``f(a)``: the derivative of tanh where its value is a.

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
    >>> tanh_slope(lambda a: a * (1 - a))
    Not yet. That is the derivative of the logistic function.
    """
    return judge(
        answer,
        lambda a: 1 - a**2,
        [(0.0,), (0.5,), (-0.9,)],
        mistakes={
            "a is the value of tanh already: do not apply it again.": lambda a: 1 - np.tanh(a) ** 2,
            "That is the derivative of the logistic function.": lambda a: a * (1 - a),
            "The square is missing.": lambda a: 1 - a,
        },
        praise="No second tanh is needed.",
    )


def maximum(answer: object) -> Verdict:
    """Check a function ``f(a, b)``: the larger of two numbers.

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
    >>> maximum(lambda a, b: min(a, b))
    Not yet. That is the minimum.
    """
    return judge(
        answer,
        lambda a, b: max(a, b),
        [(1.0, 3.0), (2.0, -1.0), (-5.0, -4.0)],
        mistakes={
            "Start from the number that is subtracted: b + ReLU(a - b).": lambda a, b: a + _relu(a - b),
            "That is the sum of the positive parts.": lambda a, b: _relu(a) + _relu(b),
            "That is the minimum.": lambda a, b: min(a, b),
            "Negative numbers have a maximum as well.": lambda a, b: max(a, b, 0.0),
        },
        praise="b plus what a is larger.",
    )


def agree(answer: object) -> Verdict:
    """Check a function ``f(x1, x2)``: 1 if two inputs of 0 and 1 agree, and 0 otherwise.

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
    >>> agree(lambda a, b: a * b)
    Not yet. That is and: two zeros agree as well.
    """
    return judge(
        answer,
        lambda a, b: float(a == b),
        _CORNERS,
        mistakes={
            "That is exclusive or: take 1 minus it.": lambda a, b: float(a != b),
            "That is and: two zeros agree as well.": lambda a, b: a * b,
            "That is or.": lambda a, b: max(a, b),
        },
        praise="One minus exclusive or.",
    )


def update(answer: object) -> Verdict:
    """Check a function ``f(w, b, x, y)``: weights and bias after Rosenblatt's rule has seen one example.

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
    >>> update(lambda w, b, x, y: np.append(w, b) + y * np.append(x, 1.0))
    Not yet. An example on the right side changes nothing.
    """

    def changed(w: _Array, b: float, x: _Array, y: float) -> _Array:
        return np.append(w, b) + y * np.append(x, 1.0)

    def right(w: _Array, b: float, x: _Array, y: float) -> _Array:
        return changed(w, b, x, y) if y * (w @ x + b) <= 0 else np.append(w, b)

    def strict(w: _Array, b: float, x: _Array, y: float) -> _Array:
        return changed(w, b, x, y) if y * (w @ x + b) < 0 else np.append(w, b)

    inputs = [
        (np.zeros(2), 0.0, np.array([1.0, 2.0]), -1.0),
        (_W, 2.0, np.array([1.0, 3.0]), 1.0),
        (_W, 2.0, np.array([1.0, 3.0]), -1.0),
    ]

    return judge(
        answer,
        right,
        inputs,
        mistakes={
            "An example on the hyperplane is a mistake, too: at the start all are.": strict,
            "An example on the right side changes nothing.": changed,
            "The bias changes as well: its input is 1.": lambda w, b, x, y: np.append(right(w, b, x, y)[:-1], b),
            "The label decides the direction of the change.": lambda w, b, x, y: (
                np.append(w, b) + (y * (w @ x + b) <= 0) * np.append(x, 1.0)
            ),
        },
        praise="A change exactly if the margin is not positive.",
    )


def margin(answer: object) -> Verdict:
    """Check a function ``f(X, y, w, b)``: the margin of Novikoff's theorem, with the bias in the vector.

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
    >>> margin(lambda X, y, w, b: (y * (X @ w + b)).min())
    Not yet. Divide by the norm of (w, b): the theorem wants a unit vector.
    """

    def right(X: _Array, y: _Array, w: _Array, b: float) -> float:
        return float((y * (X @ w + b)).min() / np.linalg.norm(np.append(w, b)))

    return judge(
        answer,
        right,
        [(_X, _SIGNS, np.array([-1.0, 1.5]), 0.5), (_X[:2], _SIGNS[:2], np.array([1.0, 1.0]), -0.2)],
        mistakes={
            "Divide by the norm of (w, b): the theorem wants a unit vector.": lambda X, y, w, b: (
                y * (X @ w + b)
            ).min(),
            "The bias belongs to the vector: divide by the norm of (w, b).": lambda X, y, w, b: (
                (y * (X @ w + b)).min() / np.linalg.norm(w)
            ),
            "The smallest margin, not the mean.": lambda X, y, w, b: (
                (y * (X @ w + b)).mean() / np.linalg.norm(np.append(w, b))
            ),
            "The labels decide the sign of each term.": lambda X, y, w, b: (
                (X @ w + b).min() / np.linalg.norm(np.append(w, b))
            ),
        },
        praise="The smallest one counts.",
    )


def tent_layers(answer: object) -> Verdict:
    """Check a function ``f(P)``: how many layers of three neurons give the tent map at least P pieces.

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
    >>> tent_layers(lambda P: max(1, int(np.ceil(P / 2))))
    Not yet. Each layer doubles the number of pieces; it does not add two.
    """
    return judge(
        answer,
        lambda P: max(1, int(np.ceil(np.log2(P)))),
        [(1,), (2,), (3,), (8,), (100,)],
        mistakes={
            "Each layer doubles the number of pieces; it does not add two.": lambda P: max(1, int(np.ceil(P / 2))),
            "At least P pieces: round up.": lambda P: max(1, int(np.floor(np.log2(P)))),
            "That is the number of pieces, not of layers.": lambda P: 2**P if P < 60 else P,
        },
        praise="The number of pieces doubles with each layer.",
    )
