"""Checkers for the exercises of the chapter on training."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_G = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0], [-4.0, 5.0, 2.0]])
_W = np.array([[0.5, 1.5, -2.0], [1.0, -0.25, 3.0]])
_TRAIN = np.array([[1.0, 200.0], [3.0, 150.0], [2.0, 400.0], [7.0, 250.0]])


def steps(answer: object) -> Verdict:
    """Check a function ``f(n, B, E)``: the number of steps of E epochs.

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
    >>> steps(lambda n, B, E: E)
    Not yet. In an epoch there is a step for each batch.
    """
    return judge(
        answer,
        lambda n, B, E: E * math.ceil(n / B),
        [(10, 3, 4), (12, 4, 5), (7, 20, 2), (1397, 32, 5)],
        mistakes={
            "The last batch of an epoch may be smaller, but it has its step: round up.": lambda n, B, E: E * (n // B),
            "An epoch ends with its last batch: round up in each epoch, not once.": lambda n, B, E: math.ceil(
                n * E / B
            ),
            "In an epoch there is a step for each batch.": lambda n, B, E: E,
            "A number of steps is an integer: the last batch has its step as well.": lambda n, B, E: E * n / B,
            "That is one step for each example.": lambda n, B, E: E * n,
        },
        praise="One step for each batch, and a last one for the rest.",
    )


def whole_gradient(answer: object) -> Verdict:
    """Check a function ``f(G, sizes)``: the gradient of the whole cost, from those of the batches of an epoch.

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
    >>> whole_gradient(lambda G, sizes: G.mean(axis=0))
    Not yet. The batches differ in size: weight each gradient with its share of the examples.
    """
    return judge(
        answer,
        lambda G, sizes: sizes @ G / sizes.sum(),
        [(_G, np.array([4.0, 4.0, 1.0])), (_G[:2], np.array([3.0, 2.0]))],
        mistakes={
            "The batches differ in size: weight each gradient with its share of the examples.": lambda G, sizes: G.mean(
                axis=0
            ),
            "The cost is a mean: a plain sum is too large.": lambda G, sizes: G.sum(axis=0),
            "Divide by the number of all examples.": lambda G, sizes: sizes @ G,
            "Divide by the number of examples, not of batches.": lambda G, sizes: sizes @ G / len(sizes),
        },
        praise="Each batch counts as much as it has examples.",
    )


def merged(answer: object) -> Verdict:
    """Check a function ``f(W1, W2)``: the weights of one neuron that replaces all the equal ones of a layer.

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
    >>> merged(lambda W1, W2: np.append(W1[:, 0], W2[0]))
    Not yet. All the neurons pass something on: add their outgoing weights.
    """
    return judge(
        answer,
        lambda W1, W2: np.append(W1[:, 0], W2.sum(axis=0)),
        [
            (np.outer([1.0, -2.0], np.ones(3)), np.outer(np.ones(3), [0.5, 4.0])),
            (np.outer([0.3, 1.0, 2.0], np.ones(5)), np.outer(np.ones(5), [-1.5])),
        ],
        mistakes={
            "All the neurons pass something on: add their outgoing weights.": lambda W1, W2: np.append(W1[:, 0], W2[0]),
            "The activation is not linear: the factor belongs to the outgoing weights only.": lambda W1, W2: np.append(
                W1.sum(axis=1), W2[0]
            ),
            "Each neuron has the same input: do not add the incoming weights.": lambda W1, W2: np.append(
                W1.sum(axis=1), W2.sum(axis=0)
            ),
            "Add the outgoing weights, do not divide them.": lambda W1, W2: np.append(W1[:, 0], W2[0] / len(W2)),
        },
        praise="Same input, and the outgoing weights added up.",
    )


def leaky_deviation(answer: object) -> Verdict:
    """Check a function ``f(d_in, d_out)``: the standard deviation of weights for leaky ReLU.

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
    >>> leaky_deviation(lambda a, b: np.sqrt(2 / a))
    Not yet. That is for ReLU; leaky ReLU lets a little of the other half pass.
    """
    return judge(
        answer,
        lambda a, b: math.sqrt(2 / (1.0001 * a)),
        [(100, 30), (8, 64), (3, 3)],
        mistakes={
            "That is for ReLU; leaky ReLU lets a little of the other half pass.": lambda a, b: math.sqrt(2 / a),
            "That is the variance: take the root.": lambda a, b: 2 / (1.0001 * a),
            "That keeps the gradient; the forward pass counts the weights that come in.": lambda a, b: math.sqrt(
                2 / (1.0001 * b)
            ),
            "The slope is squared: the second moment counts.": lambda a, b: math.sqrt(2 / (1.01 * a)),
            "That is for the identity.": lambda a, b: math.sqrt(1 / a),
        },
        praise="Nearly He's: the slope counts with its square.",
        rtol=1e-9,
    )


def lost(answer: object) -> Verdict:
    """Check a function ``f(v, L)``: by what the signal has grown in root mean square from the first layer to the last.

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
    >>> lost(lambda v, L: (v / 2) ** (L - 1))
    Not yet. That is the quotient of the mean squares: take the root.
    """
    return judge(
        answer,
        lambda v, L: (v / 2) ** ((L - 1) / 2),
        [(1.0, 30), (2.0, 7), (4.0, 4), (0.5, 1)],
        mistakes={
            "That is the quotient of the mean squares: take the root.": lambda v, L: (v / 2) ** (L - 1),
            "From layer 1 to layer L there are L - 1 factors.": lambda v, L: (v / 2) ** (L / 2),
            "ReLU halves the second moment.": lambda v, L: v ** ((L - 1) / 2),
            "One factor for each layer: it is a power, not a multiple.": lambda v, L: (L - 1) * v / 2,
        },
        praise="A factor v / 2 a layer, under the root.",
    )


def first_layer_bound(answer: object) -> Verdict:
    """Check a function ``f(norms, m)``: the bound for the gradient of the first layer.

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
    >>> first_layer_bound(lambda N, m: np.prod(m * N))
    Not yet. The gradient by Z of layer 1 does not pass through the weights of layer 1.
    """
    return judge(
        answer,
        lambda N, m: np.prod(m * N[1:]),
        [(np.array([5.0, 2.0, 3.0]), 0.25), (np.array([0.5, 1.5, 1.2, 2.0]), 1.0), (np.array([7.0, 3.0]), 0.25)],
        mistakes={
            "The gradient by Z of layer 1 does not pass through the weights of layer 1.": lambda N, m: np.prod(m * N),
            "Every hidden layer has its slope: m occurs L - 1 times.": lambda N, m: m * np.prod(N[1:]),
            "The norms are multiplied.": lambda N, m: np.sum(m * N[1:]),
            "The slopes are missing.": lambda N, m: np.prod(N[1:]),
            "The last layer counts, the first does not.": lambda N, m: np.prod(m * N[:-1]),
        },
        praise="A norm and a slope for each layer above the first.",
    )


def penalised_step(answer: object) -> Verdict:
    """Check a function ``f(W, G, s, lam)``: the weights after a step of gradient descent with a penalty.

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
    >>> penalised_step(lambda W, G, s, lam: W - s * G)
    Not yet. The penalty is missing.
    """
    return judge(
        answer,
        lambda W, G, s, lam: (1 - s * lam) * W - s * G,
        [(_W, _G[:2], 0.1, 0.5), (2 * _W, -_G[:2], 0.02, 3.0)],
        mistakes={
            "The penalty is missing.": lambda W, G, s, lam: W - s * G,
            "The step size multiplies the gradient of the penalty, too.": lambda W, G, s, lam: (1 - lam) * W - s * G,
            "Both gradients are taken at the old weights.": lambda W, G, s, lam: (1 - s * lam) * (W - s * G),
            "The sign of the penalty is wrong: it makes weights smaller.": lambda W, G, s, lam: (
                (1 + s * lam) * W - s * G
            ),
            "One half of the square has the gradient W, without the factor 2.": lambda W, G, s, lam: (
                (1 - 2 * s * lam) * W - s * G
            ),
        },
        praise="The weights decay by the factor 1 - s lambda.",
    )


def kept_epoch(answer: object) -> Verdict:
    """Check a function ``f(v, P)``: the epoch whose network early stopping returns.

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
    >>> kept_epoch(lambda v, P: np.argmin(v) + 1)
    Not yet. That looks into the future: the training has stopped before.
    """

    def right(v: _Array, P: int) -> int:
        best = 0
        for e in range(1, len(v)):
            if v[e] < v[best]:
                best = e
            if e - best >= P:
                break
        return best + 1

    def stopped(v: _Array, stop: Callable[[int], bool]) -> int:
        last = next((e for e in range(len(v)) if stop(e)), len(v) - 1)
        return int(np.argmin(v[: last + 1])) + 1

    def in_a_row(v: _Array, P: int) -> int:
        return stopped(v, lambda e: e >= P and bool((np.diff(v[e - P : e + 1]) >= 0).all()))

    def in_total(v: _Array, P: int) -> int:
        return stopped(v, lambda e: sum(v[i] >= v[:i].min() for i in range(1, e + 1)) >= P)

    def back(v: _Array, P: int) -> int:
        return stopped(v, lambda e: e >= P and bool(v[e] >= v[e - P]))

    def ties(v: _Array, P: int) -> int:
        best = 0
        for e in range(1, len(v)):
            if v[e] <= v[best]:
                best = e
            if e - best >= P:
                break
        return best + 1

    def at_the_end(v: _Array, P: int) -> int:
        runs_out = any(e - np.argmin(v[: e + 1]) >= P for e in range(len(v)))
        return right(v, P) if runs_out else len(v)

    return judge(
        answer,
        right,
        [
            (np.array([3.0, 2.0, 2.5, 2.6, 1.0]), 2),
            (np.array([3.0, 2.0, 2.5, 1.6, 1.7, 1.8, 1.9, 0.1]), 3),
            (np.array([1.0, 0.9, 0.8]), 5),
            (np.array([3.0, 1.0, 2.0]), 5),
            (np.array([1.0, 2.0, 0.5]), 1),
            (np.array([3.0, 2.0, 2.6, 2.5, 2.4, 1.0]), 3),
            (np.array([5.0, 6.0, 4.0, 5.0, 3.0]), 2),
            (np.array([3.0, 1.0, 3.5, 0.5]), 2),
            (np.array([2.0, 2.0, 2.0, 3.0, 1.0]), 2),
        ],
        mistakes={
            "That looks into the future: the training has stopped before.": lambda v, P: np.argmin(v) + 1,
            "Epochs are numbered from 1.": lambda v, P: right(v, P) - 1,
            "That is the epoch in which it stops; it returns an earlier network.": lambda v, P: min(
                right(v, P) + P, len(v)
            ),
            "It stops when the best is P epochs old, not one epoch later.": lambda v, P: right(v, P + 1),
            "The loss need not rise P times in a row: each epoch is compared with the best.": in_a_row,
            "With each new best the counting begins again.": in_total,
            "Compare with the best so far, not with the loss P epochs ago.": back,
            "Equally good is not better: the earlier network is kept.": ties,
            "If the epochs run out before the patience does, the best network is returned as well, not the last.": (
                at_the_end
            ),
        },
        praise="The best of those that it has seen.",
    )


def standardise(answer: object) -> Verdict:
    """Check a function ``f(train, test)``: the test examples with mean and deviation of the training examples.

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
    >>> standardise(lambda train, test: (test - test.mean(axis=0)) / test.std(axis=0))
    Not yet. Mean and deviation come from the training examples alone.
    """
    return judge(
        answer,
        lambda train, test: (test - train.mean(axis=0)) / train.std(axis=0),
        [(_TRAIN, _TRAIN[:2] + 1.0), (10.0 * _TRAIN[::-1] - 3.0, _TRAIN)],
        mistakes={
            "Mean and deviation come from the training examples alone.": lambda train, test: (
                (test - test.mean(axis=0)) / test.std(axis=0)
            ),
            "Each feature has its own mean and deviation: axis=0.": lambda train, test: (
                (test - train.mean()) / train.std()
            ),
            "Divide by the standard deviation, not by the variance.": lambda train, test: (
                (test - train.mean(axis=0)) / train.var(axis=0)
            ),
            "The mean is still there.": lambda train, test: test / train.std(axis=0),
            "That is the training data; the test data are asked for.": lambda train, test: (
                (train - train.mean(axis=0)) / train.std(axis=0)
            )[: len(test)],
        },
        praise="The same map for training and test.",
    )
