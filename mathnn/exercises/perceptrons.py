"""Checkers for the exercises of the chapter on perceptrons."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn import network
from mathnn.activations import heaviside, relu
from mathnn.exercises.verdict import Verdict, judge
from mathnn.network import Layer, Params
from mathnn.perceptron import neuron, xor_network

_Array = NDArray[np.floating[Any]]

_CORNERS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
_W = np.array([3.0, -4.0])
_PLANES = [
    (_W, 2.0, np.array([1.0, 3.0])),
    (np.array([1.0, 2.0, 2.0]), -1.0, np.array([2.0, 0.5, 1.0])),
    (np.array([1.0, 1.0]), 0.5, np.array([-2.0, -3.0])),
]
# On both sides of all lines a = 0, b = 0 and a = b, and close to the last.
_PAIRS = [(1.0, 3.0), (2.0, -1.0), (-5.0, -4.0), (-2.0, -6.0), (-1.0, 4.0), (3.0, 2.9), (2.9, 3.0), (-3.0, -2.9)]
_X = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3], [-1.0, -3.0]])
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])


def _numbers(answer: object, names: str) -> _Array | Verdict:
    """Return the numbers of an answer, or say what is wrong with it."""
    if answer is None:
        return Verdict(False, f"There is no answer to check: put numbers ({names}) in place of None.")
    try:
        found: _Array = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return Verdict(False, f"The answer must be the numbers ({names}), not {type(answer).__name__}.")
    if found.shape != (len(names.split(",")),) or not np.isfinite(found).all():
        return Verdict(False, f"The answer must be {len(names.split(','))} finite numbers ({names}).")
    return found


def _perceptron(w1: float, w2: float, b: float) -> Callable[[float, float], float]:
    return lambda x1, x2: float(neuron([[x1, x2]], [w1, w2], b, activation=heaviside)[0])


def _one_relu(p: float, q: float, v: float, s: float, t: float) -> Callable[[float, float], float]:
    return lambda a, b: float(p * a + q * b + v * neuron([[a, b]], [s, t], 0.0, activation=relu)[0])


def _network(params: Params, sign: float = 1.0, shift: float = 0.0) -> Callable[[float, float], float]:
    return lambda x1, x2: float(sign * network.predict(params, [[x1, x2]], activation=relu)[0, 0] + shift)


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
    """Check numbers ``(w1, w2, b)``: a perceptron that says whether both inputs are 1.

    Parameters
    ----------
    answer : sequence of three numbers, or None
        The reader's weights and bias.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> logical_and((1, 1, -0.5))
    Not yet. That is or: one input is enough.
    """
    found = _numbers(answer, "w1, w2, b")
    if isinstance(found, Verdict):
        return found
    return judge(
        _perceptron(*found),
        lambda a, b: float(a == b == 1.0),
        _CORNERS,
        subject="your perceptron",
        mistakes={
            "That is or: one input is enough.": lambda a, b: float(a + b >= 1.0),
            "That is 1 everywhere: the bias is too large.": lambda a, b: 1.0,
            "That is 0 everywhere: the bias is too small.": lambda a, b: 0.0,
            "That is the negation.": lambda a, b: float(a + b < 2.0),
            "That is the first input alone.": lambda a, b: a,
            "That is the second input alone.": lambda a, b: b,
        },
        praise="b, w1 + b and w2 + b are negative, and w1 + w2 + b is not.",
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
    """Check numbers ``(p, q, v, s, t)``: p a + q b + v ReLU(s a + t b) is the larger of a and b.

    Parameters
    ----------
    answer : sequence of five numbers, or None
        The reader's coefficients.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> maximum((0, 1, -1, -1, 1))
    Not yet. That is the minimum.
    >>> maximum((0.5, 0.5, 1, 0.5, -0.5))
    Not yet. In test 1 of 8 your network returns 2.0, but 3.0 is right.
    """
    found = _numbers(answer, "p, q, v, s, t")
    if isinstance(found, Verdict):
        return found
    return judge(
        _one_relu(*found),
        max,
        _PAIRS,
        subject="your network",
        mistakes={
            "Start from the number that is subtracted: b + ReLU(a - b).": lambda a, b: a + max(a - b, 0.0),
            "Start from the number that is subtracted: a + ReLU(b - a).": lambda a, b: b + max(b - a, 0.0),
            "By so much the maximum is larger than b: add b.": lambda a, b: max(a - b, 0.0),
            "By so much the maximum is larger than a: add a.": lambda a, b: max(b - a, 0.0),
            "That is the minimum.": min,
        },
        praise="One number, plus what the other is larger.",
    )


def agree(answer: object) -> Verdict:
    """Check ``(W1, b1, W2, b2)``: two hidden ReLU neurons that say whether two inputs of 0 and 1 agree.

    Parameters
    ----------
    answer : sequence of four arrays, or None
        The reader's weights and biases: shapes (2, 2), (2,), (2,) or (2, 1), and one number.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> agree(([[1, 1], [1, 1]], [0, -1], [1, -2], 0))
    Not yet. That is exclusive or: take 1 minus it.
    """
    if answer is None:
        return Verdict(False, "There is no answer to check: put (W1, b1, W2, b2) in place of None.")
    try:
        W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in answer)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return Verdict(False, "The answer must be four arrays of numbers (W1, b1, W2, b2).")
    if (W1.shape, b1.shape, W2.size, b2.size) != ((2, 2), (2,), 2, 1):
        return Verdict(
            False,
            f"The shapes must be (2, 2), (2,), (2, 1) and (1,), not {W1.shape}, {b1.shape}, {W2.shape} and {b2.shape}.",
        )
    xor = xor_network()
    return judge(
        _network((Layer(W1, b1), Layer(W2.reshape(2, 1), b2.reshape(1)))),
        lambda a, b: float(a == b),
        _CORNERS,
        subject="your network",
        mistakes={
            "That is exclusive or: take 1 minus it.": _network(xor),
            "That is minus exclusive or: the output needs the bias 1.": _network(xor, -1.0),
            "That is and: two zeros agree as well.": lambda a, b: a * b,
            "That is or.": max,
        },
        praise="One hidden neuron would not do, because no monotone neuron computes XOR.",
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

    def with_prediction(w: _Array, b: float, x: _Array, y: float) -> _Array:
        return changed(w, b, x, y) if y != (1.0 if w @ x + b >= 0 else -1.0) else np.append(w, b)

    def hinge(w: _Array, b: float, x: _Array, y: float) -> _Array:
        return changed(w, b, x, y) if y * (w @ x + b) < 1 else np.append(w, b)

    # At the start, on the hyperplane, on both sides of it, at z = 2^-10 and at z = 1: each with both labels.
    places = [
        (np.zeros(2), 0.0, np.array([1.0, 2.0])),
        (_W, 9.0, np.array([1.0, 3.0])),
        (_W, 2.0, np.array([1.0, 3.0])),
        (_W, 2.0, np.array([3.0, 1.0])),
        (_W, 2.0, np.array([1.0, 1.25 - 2.0**-12])),
        (_W, 2.0, np.array([1.0, 1.0])),
    ]
    inputs = [(w, b, x, y) for w, b, x in places for y in (-1.0, 1.0)]

    return judge(
        answer,
        right,
        inputs,
        mistakes={
            "An example on the hyperplane is a mistake, too: at the start all are.": strict,
            "On the hyperplane both labels are mistakes, also the one that would be predicted.": with_prediction,
            "Every positive margin is enough, however small: a threshold above 0 belongs to the hinge loss.": hinge,
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
        [
            (_X, _SIGNS, np.array([-1.0, 1.5]), 0.5),
            (_X[:2], _SIGNS[:2], np.array([1.0, 1.0]), -0.2),
            # The smallest one in the last row, with the label 1; and a hyperplane that does not separate.
            (_X[[0, 1, 3, 2]], _SIGNS[[0, 1, 3, 2]], np.array([-1.0, 3.0]), -1.0),
            (_X, _SIGNS, np.array([1.0, 1.0]), 0.25),
        ],
        mistakes={
            "Divide by the norm of (w, b): the theorem wants a unit vector.": lambda X, y, w, b: (
                y * (X @ w + b)
            ).min(),
            "The bias belongs to the vector: divide by the norm of (w, b).": lambda X, y, w, b: (
                (y * (X @ w + b)).min() / np.linalg.norm(w)
            ),
            "A hyperplane that does not separate has no positive margin: no absolute value.": lambda X, y, w, b: (
                np.abs(X @ w + b).min() / np.linalg.norm(np.append(w, b))
            ),
            "It is no distance: keep its sign.": lambda X, y, w, b: abs(right(X, y, w, b)),
            "Where the hyperplane does not separate, keep the negative number.": lambda X, y, w, b: max(
                0.0, right(X, y, w, b)
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
    """Check a function ``f(P)``: how many hidden layers of three neurons give the tent map at least P pieces.

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
        [(1,), (2,), (3,), (4,), (5,), (8,), (33,), (100,), (1025,)],
        mistakes={
            "Each layer doubles the number of pieces; it does not add two.": lambda P: max(1, int(np.ceil(P / 2))),
            "At least P pieces: round up.": lambda P: max(1, int(np.floor(np.log2(P)))),
            "At least P pieces: round up, not to the nearest number.": lambda P: max(1, round(np.log2(P))),
            "That is the number of pieces, not of layers.": lambda P: 2**P if P < 60 else P,
        },
        praise="The number of pieces doubles with each layer.",
    )
