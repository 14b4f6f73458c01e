"""Checkers for the exercises of the chapter on backpropagation."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_RNG = np.random.default_rng(0)
# Different sizes, so that a transposed result cannot have the right shape by accident.
_CHAINS = [(_RNG.normal(size=depth), _RNG.normal(size=depth), 1.5 - depth) for depth in (1, 3, 5)]
_Z = np.array([[0.0, 1.0, -2.0], [3.0, -0.5, 0.7], [-1.0, 2.0, 0.0], [0.05, -0.02, 1.1]])
_STEPS = [
    (_RNG.normal(size=(4, 2)), _RNG.normal(size=(3, 2)), _Z),
    (_RNG.normal(size=(4, 5)), _RNG.normal(size=(3, 5)), -_Z),
]
_LAYERS = [(_RNG.normal(size=(n, 3)), _RNG.normal(size=(n, 2))) for n in (4, 7)]
_INPUTS = [(_RNG.normal(size=(d, 4)), _RNG.normal(size=(6, 4)), _RNG.normal(size=(6, 4))) for d in (2, 5)]
_TIED = [(_RNG.normal(size=(3, m)), _RNG.normal(size=(5, 3)), _RNG.normal(size=(5, 3))) for m in (2, 4)]
_SHORTCUTS = [(_RNG.normal(size=(n, 3)), _RNG.normal(size=(n, 3)), _RNG.normal(size=(3, 3))) for n in (2, 5)]
_POINTS = [(-2.0,), (-0.3,), (0.0,), (0.4,), (3.0,)]
_SIZES = [(5, (3, 4, 2)), (8, (2, 6, 7, 3)), (3, (4, 1))]


def _deltas(w: _Array, z: _Array, start: float, *, weight: int = 1, slope: int = 0) -> _Array:
    """Go back through the chain; `weight` and `slope` say at which neuron, counted from the one that is computed."""
    found = [start]
    for layer in reversed(range(len(w) - 1)):
        found.append(found[-1] * w[layer + weight] * (1 - np.tanh(z[layer + slope]) ** 2))
    return np.array(found[::-1])


def deltas(answer: object) -> Verdict:
    """Check a function ``f(w, z, start)``: the derivatives by the pre-activations in a chain of tanh neurons.

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
    >>> deltas(lambda w, z, start: np.full(len(w), start))
    Not yet. The weights and the derivatives of tanh are missing: each step back multiplies by both.
    """
    return judge(
        answer,
        _deltas,
        _CHAINS,
        mistakes={
            "The derivative of tanh belongs to the neuron whose delta is computed, not to the one after it.": (
                lambda w, z, start: _deltas(w, z, start, slope=1)
            ),
            "The weight between the two neurons is that of the later one.": lambda w, z, start: _deltas(
                w, z, start, weight=0
            ),
            "The order is from the first layer to the last.": lambda w, z, start: _deltas(w, z, start)[::-1],
            "The weights and the derivatives of tanh are missing: each step back multiplies by both.": (
                lambda w, z, start: np.full(len(w), start)
            ),
        },
        praise="Each step back multiplies by a weight and by a slope.",
    )


def step_back(answer: object) -> Verdict:
    """Check a function ``f(delta, W, Z)``: one step of backpropagation through a ReLU layer.

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
    >>> step_back(lambda delta, W, Z: delta @ W.T)
    Not yet. The activation is missing: multiply by its derivative at Z, entry by entry.
    """
    return judge(
        answer,
        lambda delta, W, Z: (delta @ W.T) * (Z > 0),
        _STEPS,
        mistakes={
            "The activation is missing: multiply by its derivative at Z, entry by entry.": (
                lambda delta, W, Z: delta @ W.T
            ),
            "Multiply by the derivative of ReLU, not by its value.": (
                lambda delta, W, Z: (delta @ W.T) * np.maximum(Z, 0)
            ),
            "At the kink the book takes the derivative 0.": lambda delta, W, Z: (delta @ W.T) * (Z >= 0),
            "The derivative is 1 where Z is positive, not where it is negative.": (
                lambda delta, W, Z: (delta @ W.T) * (Z < 0)
            ),
        },
        praise="First through the weights, then through the activation.",
    )


def by_weights(answer: object) -> Verdict:
    """Check a function ``f(A, deltas)``: the gradient of a mean loss by the weights of a layer.

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
    >>> by_weights(lambda A, deltas: A.T @ deltas)
    Not yet. That is the gradient of the sum: the cost is a mean over the examples.
    """
    return judge(
        answer,
        lambda A, deltas: A.T @ deltas / len(A),
        _LAYERS,
        mistakes={
            "That is the gradient of the sum: the cost is a mean over the examples.": lambda A, deltas: A.T @ deltas,
            "Divide by the number of examples, not by the number of inputs.": (
                lambda A, deltas: A.T @ deltas / A.shape[1]
            ),
            "Divide by the number of examples, once.": lambda A, deltas: A.T @ deltas / len(A) ** 2,
        },
        praise="The mean of the outer products of input and delta.",
    )


def by_input(answer: object) -> Verdict:
    """Check a function ``f(W1, Z1, back)``: the gradient by the input of a network with tanh.

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
    >>> by_input(lambda W1, Z1, back: back @ W1.T)
    Not yet. First through the activation: multiply by its derivative.
    """
    return judge(
        answer,
        lambda W1, Z1, back: (back * (1 - np.tanh(Z1) ** 2)) @ W1.T,
        _INPUTS,
        mistakes={
            "First through the activation: multiply by its derivative.": lambda W1, Z1, back: back @ W1.T,
            "Multiply by the derivative of tanh, not by its value.": (lambda W1, Z1, back: (back * np.tanh(Z1)) @ W1.T),
            "Z1 is the pre-activation: the derivative is 1 - tanh(Z1)^2.": lambda W1, Z1, back: (
                (back * (1 - Z1**2)) @ W1.T
            ),
        },
        praise="One row an example, one column a feature.",
    )


def tied(answer: object) -> Verdict:
    """Check a function ``f(W, X, start)``: the gradient by a matrix that is used twice.

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
    >>> tied(lambda W, X, start: start.T @ np.tanh(X @ W))
    Not yet. That is the contribution of the second use; the first one is missing.
    """

    def first(W: _Array, X: _Array, start: _Array) -> _Array:
        return np.asarray(X.T @ ((start @ W) * (1 - np.tanh(X @ W) ** 2)))

    def second(W: _Array, X: _Array, start: _Array) -> _Array:
        return np.asarray(start.T @ np.tanh(X @ W))

    return judge(
        answer,
        lambda W, X, start: first(W, X, start) + second(W, X, start),
        _TIED,
        mistakes={
            "That is the contribution of the first use; the second one is missing.": first,
            "That is the contribution of the second use; the first one is missing.": second,
            "The derivative of tanh is missing in the first contribution.": lambda W, X, start: (
                X.T @ (start @ W) + second(W, X, start)
            ),
            "Add the contributions, do not take their mean.": lambda W, X, start: (
                (first(W, X, start) + second(W, X, start)) / 2
            ),
        },
        praise="Two uses, two contributions.",
    )


def through(answer: object) -> Verdict:
    """Check a function ``f(U, A, W)``: the pullback through a residual layer.

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
    >>> through(lambda U, A, W: (U * (1 - np.tanh(A @ W) ** 2)) @ W.T)
    Not yet. The shortcut is missing: A goes to the output directly, too.
    """
    return judge(
        answer,
        lambda U, A, W: U + (U * (1 - np.tanh(A @ W) ** 2)) @ W.T,
        _SHORTCUTS,
        mistakes={
            "The shortcut is missing: A goes to the output directly, too.": (
                lambda U, A, W: (U * (1 - np.tanh(A @ W) ** 2)) @ W.T
            ),
            "Backwards the order is: activation first, then the weights, transposed.": (
                lambda U, A, W: U + (U @ W) * (1 - np.tanh(A @ W) ** 2)
            ),
            "The weights are transposed on the way back.": lambda U, A, W: U + (U * (1 - np.tanh(A @ W) ** 2)) @ W,
            "The pullback acts on U only: do not add A.": lambda U, A, W: A + (U * (1 - np.tanh(A @ W) ** 2)) @ W.T,
        },
        praise="The first summand passes unchanged.",
    )


def kink(answer: object) -> Verdict:
    """Check a function ``f(t)``: what a program returns as derivative of a formula with ReLU.

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
    >>> kink(lambda t: 2 * t - 3 if t >= 0 else -2)
    Not yet. At 0 the program takes the derivative 0 for each ReLU.
    """
    return judge(
        answer,
        lambda t: 2 * t - 3 if t > 0 else (-2.0 if t < 0 else 0.0),
        _POINTS,
        mistakes={
            "At 0 the program takes the derivative 0 for each ReLU.": lambda t: 2 * t - 3 if t >= 0 else -2.0,
            "At 0 each ReLU contributes 0, the last one, too.": lambda t: 2 * t - 3 if t > 0 else -2.0,
            "The inner derivative of the last term is -1.": lambda t: 2 * t - 3 if t > 0 else (2.0 if t < 0 else 0.0),
            "That is the value of the function, not its derivative.": lambda t: (
                max(t, 0.0) ** 2 - 3 * max(t, 0.0) + 2 * max(-t, 0.0)
            ),
        },
        praise="At 0 it is not even between the one-sided derivatives.",
    )


def multiplications(answer: object) -> Verdict:
    """Check a function ``f(n, sizes)``: the multiplications in the products of the backward pass.

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
    >>> multiplications(lambda n, sizes: n * sum(a * b for a, b in pairwise(sizes)))
    Not yet. That is the forward pass: backwards most layers have two products.
    """

    def forward(n: int, sizes: tuple[int, ...]) -> int:
        return n * sum(a * b for a, b in pairwise(sizes))

    return judge(
        answer,
        lambda n, sizes: 2 * forward(n, sizes) - n * sizes[0] * sizes[1],
        _SIZES,
        mistakes={
            "That is the forward pass: backwards most layers have two products.": forward,
            "The first layer has one product only: the gradient of the input is not needed.": (
                lambda n, sizes: 2 * forward(n, sizes)
            ),
            "The last layer has two products; it is the first that has one.": (
                lambda n, sizes: 2 * forward(n, sizes) - n * sizes[-2] * sizes[-1]
            ),
            "That is both passes together.": lambda n, sizes: 3 * forward(n, sizes) - n * sizes[0] * sizes[1],
            "There are n examples.": lambda n, sizes: 2 * forward(1, sizes) - sizes[0] * sizes[1],
        },
        praise="Twice the forward pass, less one product.",
    )
