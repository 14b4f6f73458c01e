"""Checkers for the exercises of the chapter on losses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]
_Labels = NDArray[np.integer[Any]]

_SCORES = np.array([[1.0, -0.5, 2.0], [0.0, 0.3, -1.0], [2.5, 2.0, -3.0], [-1.0, 0.5, 0.2]])
_LABELS = np.array([2, 0, 1, 1])
# Fewer classes than examples, and more; a label with the second largest score of four.
_BATCHES = [
    (_SCORES, _LABELS),
    (_SCORES[:3, :2], np.array([0, 1, 1])),
    (np.array([[0.5, 2.0, -1.0, 1.5], [1.0, -2.0, 0.3, 0.1]]), np.array([3, 0])),
    # A class that wins with less than one half, and a wrong label that is not the runner-up.
    (np.log(np.array([[0.4, 0.35, 0.25], [0.3, 0.5, 0.2]])), np.array([0, 2])),
]
# Huge entries first and last, and all of them far below 0.
_VECTORS = [
    (np.array([0.5, -1.0, 2.0]),),
    (np.array([1000.0, 999.0, -1000.0]),),
    (np.array([-1000.0, 0.0, 1000.0]),),
    (np.array([-1000.0, -999.0]),),
]
# Margins below 0, between 0 and 1 on both sides of one half, and above 1.
_SIGNS = [
    (np.array([1.0, -1.0, 1.0, -1.0]), np.array([0.5, -2.0, 1.7, 0.8])),
    (np.array([-1.0, 1.0, 1.0]), np.array([-0.9, 0.25, -3.0])),
]
_TARGETS = [(np.array([0.5, 0.25, 0.25, 0.0]),), (np.array([0.9, 0.1]),), (np.array([0.0, 1.0, 0.0]),)]


def _softmax(z: _Array) -> _Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    result: _Array = e / e.sum(axis=-1, keepdims=True)
    return result


def _entropy(y: _Array) -> float:
    positive = y[y > 0]
    return 0.0 - float((positive * np.log(positive)).sum())


def two_classes(answer: object) -> Verdict:
    """Check a function ``f(z1, z2)``: softmax for two classes, for scores as large as 1000.

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
    >>> two_classes(lambda a, b: a - b)
    Not yet. That is the difference of the scores, not yet a probability.
    """

    def right(a: float, b: float) -> float:
        return float(0.5 * (1 + np.tanh((a - b) / 2)))

    return judge(
        answer,
        right,
        [(0.5, -1.0), (1000.0, 999.0), (-1000.0, -998.0), (1000.0, -1000.0), (-1000.0, 1000.0)],
        mistakes={
            "That is the probability of the second class.": lambda a, b: right(b, a),
            "Softmax depends on the difference of the scores, not on one of them.": lambda a, b: right(a, 0.0),
            "That is the difference of the scores, not yet a probability.": lambda a, b: a - b,
        },
        praise="The logistic function of the difference.",
    )


def one_hot(answer: object) -> Verdict:
    """Check a function ``f(labels, m)``: the matrix of the one-hot targets.

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
    >>> one_hot(lambda labels, m: np.eye(m)[labels - 1])
    Not yet. Labels run from 0 here: do not subtract 1.
    """
    return judge(
        answer,
        lambda labels, m: np.eye(m)[labels],
        [(np.array([2, 0, 1, 1]), 4), (np.array([0, 3, 1]), 5), (np.array([2, 0]), 3)],
        mistakes={
            "Labels run from 0 here: do not subtract 1.": lambda labels, m: np.eye(m)[labels - 1],
            "All entries of a row but one are 0.": lambda labels, m: np.ones((len(labels), m)),
            "Zero and one are swapped.": lambda labels, m: 1 - np.eye(m)[labels],
        },
        praise="Rows of the identity.",
    )


def log_sum_exp(answer: object) -> Verdict:
    """Check a function ``f(z)``: log-sum-exp, for entries as large as 1000.

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
    >>> log_sum_exp(lambda z: z.max())
    Not yet. That is the maximum: near, but not the same.
    """
    return judge(
        answer,
        lambda z: np.logaddexp.reduce(z),
        _VECTORS,
        mistakes={
            "Add the largest entry again.": lambda z: np.log(np.exp(z - z.max()).sum()),
            "That is the maximum: near, but not the same.": lambda z: z.max(),
            "The logarithm of the mean: do not divide by m.": lambda z: np.logaddexp.reduce(z) - np.log(len(z)),
        },
        praise="No exponential is larger than 1.",
    )


def scores_gradient(answer: object) -> Verdict:
    """Check a function ``f(F, labels)``: the gradient of the mean cross-entropy of softmax in the scores.

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
    >>> scores_gradient(lambda F, labels: np.eye(F.shape[1])[labels] - F)  # doctest: +ELLIPSIS
    Not yet. In test 1 of 4 ...
    """

    def right(F: _Array, labels: _Labels) -> _Array:
        result: _Array = (_softmax(F) - np.eye(F.shape[1])[labels]) / len(F)
        return result

    return judge(
        answer,
        right,
        _BATCHES,
        mistakes={
            "The cost is a mean: divide by n.": lambda F, labels: right(F, labels) * len(F),
            "Prediction minus target, not the other way round.": lambda F, labels: -right(F, labels),
            "The target is missing.": lambda F, labels: _softmax(F) / len(F),
            "Softmax acts on rows, not on columns.": lambda F, labels: (
                (_softmax(F.T).T - np.eye(F.shape[1])[labels]) / len(F)
            ),
            "Divide by the number of rows only.": lambda F, labels: right(F, labels) / F.shape[1],
        },
        praise="Prediction minus target, over n.",
    )


def softmax_product(answer: object) -> Verdict:
    """Check a function ``f(z, u)``: the vector-Jacobian product of softmax.

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
    >>> softmax_product(lambda z, u: u - u.mean())  # doctest: +ELLIPSIS
    Not yet. In test 1 of 2 ...
    """
    return judge(
        answer,
        lambda z, u: _softmax(z) * (u - _softmax(z) @ u),
        [(np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, -1.0])), (np.array([0.0, 1.0]), np.array([3.0, 0.5]))],
        mistakes={
            "Softmax is not entrywise: its Jacobian is not diagonal.": lambda z, u: _softmax(z) * (1 - _softmax(z)) * u,
            "The second part of the Jacobian, minus q q^T, is missing.": lambda z, u: _softmax(z) * u,
            "Subtract the mean of u with the weights q, not the plain mean.": lambda z, u: _softmax(z) * (u - u.mean()),
        },
        praise="The weights times the deviation from the weighted mean.",
    )


def mean_hinge(answer: object) -> Verdict:
    """Check a function ``f(y, f)``: the mean hinge loss for labels -1 and 1.

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
    >>> mean_hinge(lambda y, f: (1 - y * f).mean())
    Not yet. A margin above 1 costs nothing: take the positive part.
    """
    return judge(
        answer,
        lambda y, f: np.maximum(1 - y * f, 0).mean(),
        _SIGNS,
        mistakes={
            "That is the perceptron loss: the hinge asks for a margin of 1.": lambda y, f: np.maximum(-y * f, 0).mean(),
            "A margin above 1 costs nothing: take the positive part.": lambda y, f: (1 - y * f).mean(),
            "The mean, not the sum.": lambda y, f: np.maximum(1 - y * f, 0).sum(),
            "The margin is the product of label and score.": lambda y, f: np.maximum(1 - f, 0).mean(),
        },
        praise="Zero only for margins of at least 1.",
    )


def least_cross_entropy(answer: object) -> Verdict:
    """Check a function ``f(y)``: the infimum of the cross-entropy for a target distribution.

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
    >>> least_cross_entropy(lambda y: 0.0)
    Not yet. It is 0 for one-hot targets only.
    """
    return judge(
        answer,
        _entropy,
        _TARGETS,
        mistakes={
            "The sign is wrong: entropy is at least 0.": lambda y: -_entropy(y),
            "It is 0 for one-hot targets only.": lambda y: 0.0,
            "That is in bits: take natural logarithms.": lambda y: _entropy(y) / np.log(2),
        },
        praise="The entropy of the target.",
    )


def share_of_errors(answer: object) -> Verdict:
    """Check a function ``f(F, labels)``: the share of wrong predictions by the largest score.

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
    >>> share_of_errors(lambda F, labels: (F.argmax(axis=1) == labels).mean())
    Not yet. That is the share of right predictions.
    """
    return judge(
        answer,
        lambda F, labels: (F.argmax(axis=1) != labels).mean(),
        _BATCHES,
        mistakes={
            "That is the share of right predictions.": lambda F, labels: (F.argmax(axis=1) == labels).mean(),
            "The share, not the number.": lambda F, labels: (F.argmax(axis=1) != labels).sum(),
            "The largest score, not the smallest.": lambda F, labels: (F.argmin(axis=1) != labels).mean(),
            "A class can win with a probability of less than one half.": lambda F, labels: (
                _softmax(F)[np.arange(len(F)), labels] < 0.5
            ).mean(),
        },
        praise="A mean over the examples.",
    )
