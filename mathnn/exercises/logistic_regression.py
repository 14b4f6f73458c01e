"""Checkers for the exercises of the chapter on logistic regression."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_A = np.array([[1.0, 2.0, 1.0], [0.5, -1.0, 1.0], [-2.0, 0.3, 1.0], [1.5, 1.5, 1.0], [0.2, -0.7, 1.0]])
_Y = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
_BETA = np.array([0.3, -0.5, 0.2])
_DATA = [(_A, _Y, _BETA), (_A[:4, :2], _Y[:4], _BETA[:2])]
_SHARES = [(0.2, 0.7), (0.5, 0.1)]


def _sigma(t: _Array) -> _Array:
    result: _Array = 0.5 * (1 + np.tanh(t / 2))
    return result


def after_one_unit(answer: object) -> Verdict:
    """Check a function ``f(w, q)``: the probability after one unit more of a feature with weight w.

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
    >>> after_one_unit(lambda w, q: q * np.exp(w))
    Not yet. The odds are multiplied by exp(w), not the probability.
    """
    return judge(
        answer,
        lambda w, q: 1 / (1 + (1 - q) / q * np.exp(-w)),
        [(0.7, 0.2), (-1.5, 0.9)],
        mistakes={
            "The odds are multiplied by exp(w), not the probability.": lambda w, q: q * np.exp(w),
            "These are the odds: turn them back into a probability.": lambda w, q: q / (1 - q) * np.exp(w),
            "One unit adds w to the log-odds, not to the probability.": lambda w, q: q + w,
            "The factor of the odds is exp(w), not w.": lambda w, q: q * w / (1 - q + q * w),
        },
        praise="Probability, odds, times exp(w), and back.",
    )


def stable_cost(answer: object) -> Verdict:
    """Check a function ``f(z, y)``: the logistic cost for scores as large as 1000.

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
    >>> stable_cost(lambda z, y: np.sum(np.logaddexp(0.0, z) - y * z))
    Not yet. The cost is a mean: divide by n.
    """
    return judge(
        answer,
        lambda z, y: np.mean(np.logaddexp(0.0, z) - y * z),
        [(np.array([0.5, -2.0, 3.0]), np.array([1.0, 0.0, 0.5])), (np.array([1000.0, -1000.0]), np.array([0.0, 1.0]))],
        mistakes={
            "The cost is a mean: divide by n.": lambda z, y: np.sum(np.logaddexp(0.0, z) - y * z),
            "That is the cost of the opposite labels.": lambda z, y: np.mean(np.logaddexp(0.0, z) - (1 - y) * z),
            "The sign of the second term is wrong.": lambda z, y: np.mean(np.logaddexp(0.0, z) + y * z),
        },
        praise="No exponential of a large number.",
    )


def logistic_gradient(answer: object) -> Verdict:
    """Check a function ``f(A, y, m, beta)``: the gradient of the logistic cost with m[i] labels at point i.

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
    >>> logistic_gradient(lambda A, y, m, beta: A.T @ (m * (A @ beta - y)) / m.sum())
    Not yet. The logistic function is missing: that belongs to least squares.
    """

    def right(A: _Array, y: _Array, m: _Array, beta: _Array) -> _Array:
        result: _Array = A.T @ (m * (_sigma(A @ beta) - y)) / m.sum()
        return result

    m = np.array([2.0, 1.0, 4.0, 3.0, 2.0])
    y = np.array([0.5, 0.0, 0.75, 1.0, 0.5])

    return judge(
        answer,
        right,
        [(_A, y, m, _BETA), (_A[:4, :2], y[:4], m[:4], _BETA[:2])],
        mistakes={
            "The sign is wrong: prediction minus target.": lambda A, y, m, beta: -right(A, y, m, beta),
            "The logistic function is missing: that belongs to least squares.": lambda A, y, m, beta: (
                A.T @ (m * (A @ beta - y)) / m.sum()
            ),
            "A point counts as often as it has labels: the m are missing.": lambda A, y, m, beta: (
                A.T @ (_sigma(A @ beta) - y) / len(y)
            ),
            "The cost is a mean over all labels: divide by the sum of the m.": lambda A, y, m, beta: (
                right(A, y, m, beta) * m.sum() / len(y)
            ),
            "The cost is a mean: divide by N.": lambda A, y, m, beta: right(A, y, m, beta) * m.sum(),
            "Here y is a share; multiply it by m, too.": lambda A, y, m, beta: (
                A.T @ (m * _sigma(A @ beta) - y) / m.sum()
            ),
            "The derivative of the logistic function cancels: leave it out.": lambda A, y, m, beta: (
                A.T @ (m * (_sigma(A @ beta) - y) * _sigma(A @ beta) * _sigma(-A @ beta)) / m.sum()
            ),
        },
        praise="As many times as there are labels, prediction minus share.",
    )


def two_groups(answer: object) -> Verdict:
    """Check a function ``f(low, high)``: weight and intercept for one feature with the values 0 and 1.

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
    >>> two_groups(lambda low, high: (high - low, low))
    Not yet. Take log-odds: these are weights for probabilities.
    """

    def logit(q: float) -> float:
        return float(np.log(q / (1 - q)))

    return judge(
        answer,
        lambda low, high: (logit(high) - logit(low), logit(low)),
        _SHARES,
        mistakes={
            "The weight is the difference of the log-odds: w + b belongs to x = 1.": lambda low, high: (
                logit(high),
                logit(low),
            ),
            "Take log-odds: these are weights for probabilities.": lambda low, high: (high - low, low),
            "First the weight, then the intercept.": lambda low, high: (logit(low), logit(high) - logit(low)),
            "The groups are swapped.": lambda low, high: (logit(low) - logit(high), logit(high)),
        },
        praise="Two equations, one for each group.",
    )


def separates(answer: object) -> Verdict:
    """Check a function ``f(A, y, v)``: whether v is a separating direction for labels 0 and 1.

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
    >>> separates(lambda A, y, v: ((2 * y - 1) * (A @ v) > 0).all())
    Not yet. Points may lie on the hyperplane, if not all do.
    """

    def right(A: _Array, y: _Array, v: _Array) -> bool:
        margins = (2 * y - 1) * (A @ v)
        return bool((margins >= 0).all() and (margins > 0).any())

    A = np.array([[-1.0, 1.0], [0.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    y = np.array([0.0, 0.0, 1.0, 1.0])
    inputs = [
        (A, y, np.array([1.0, 0.0])),
        (A, y, np.array([0.0, 0.0])),
        (A, y, np.array([1.0, 0.5])),
        (A, 1 - y, np.array([1.0, 0.0])),
        (A[[0, 3]], y[[0, 3]], np.array([2.0, 0.5])),
        # Dependent columns, one class only, contact in one class only, a margin that is slightly negative.
        (np.ones((2, 2)), np.array([1.0, 0.0]), np.array([1.0, -1.0])),
        (A[[0, 0]], np.array([0.0, 1.0]), np.array([1.0, 0.0])),
        (A[2:], y[2:], np.array([1.0, 0.0])),
        (A[:2], y[:2], np.array([1.0, 0.0])),
        (A[2:], y[2:], np.array([0.0, 3.0])),
        (A, y, np.array([1.0, 1e-3])),
    ]

    return judge(
        answer,
        right,
        inputs,
        mistakes={
            "Zero is no direction: one of the margins must be positive.": lambda A, y, v: (
                (2 * y - 1) * (A @ v) >= 0
            ).all(),
            "Points may lie on the hyperplane, if not all do.": lambda A, y, v: ((2 * y - 1) * (A @ v) > 0).all(),
            "The labels are 0 and 1: turn them into signs first.": lambda A, y, v: bool(
                (y * (A @ v) >= 0).all() and (y * (A @ v) > 0).any()
            ),
            "A v must not be 0; v may be different from 0 all the same.": lambda A, y, v: bool(
                ((2 * y - 1) * (A @ v) >= 0).all() and (v != 0).any()
            ),
        },
        praise="All margins at least 0, one of them positive.",
    )


def newton_step(answer: object) -> Verdict:
    """Check a function ``f(A, y, beta)``: the point after one Newton step for the logistic cost.

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
    >>> newton_step(lambda A, y, beta: beta - A.T @ (1 / (1 + np.exp(-A @ beta)) - y) / len(y))
    Not yet. That is a gradient step: the Hessian is missing.
    """

    def direction(A: _Array, y: _Array, beta: _Array) -> _Array:
        p = _sigma(A @ beta)
        result: _Array = np.linalg.solve(A.T @ ((p * (1 - p))[:, None] * A), A.T @ (p - y))
        return result

    return judge(
        answer,
        lambda A, y, beta: beta - direction(A, y, beta),
        _DATA,
        mistakes={
            "The sign is wrong: subtract the solution.": lambda A, y, beta: beta + direction(A, y, beta),
            "That is a gradient step: the Hessian is missing.": lambda A, y, beta: (
                beta - A.T @ (_sigma(A @ beta) - y) / len(y)
            ),
            "The factor 1/n stands in gradient and Hessian: use it in both or in none.": lambda A, y, beta: (
                beta - direction(A, y, beta) / len(y)
            ),
            "The weights p (1 - p) are missing in the Hessian.": lambda A, y, beta: (
                beta - np.linalg.solve(A.T @ A, A.T @ (_sigma(A @ beta) - y))
            ),
        },
        praise="Gradient and Hessian at the same point.",
    )


def radius(answer: object) -> Verdict:
    """Check a function ``f(A, y, beta)``: the bound on the distance to the minimiser that a small gradient proves.

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
    >>> radius(lambda A, y, beta: 0.0)
    Not yet. In test 1 of 2 your function returns 0.0, but 0.35787972125869805 is right.
    """

    def pieces(A: _Array, y: _Array, beta: _Array) -> tuple[float, float, float]:
        p = _sigma(A @ beta)
        H = A.T @ ((p * (1 - p))[:, None] * A) / len(y)
        g = A.T @ (p - y) / len(y)
        return float(np.linalg.norm(A, axis=1).max()), float(np.linalg.norm(g)), float(np.linalg.eigvalsh(H)[0])

    def bound(R: float, size: float, mu: float) -> float:
        return float(-np.log1p(-R * size / mu) / R)

    A = np.array([[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0], [0.0, 1.0]])
    y = np.array([0.5, 0.4, 0.7, 0.4])

    return judge(
        answer,
        lambda A, y, beta: bound(*pieces(A, y, beta)),
        [(A, y, np.array([0.3, -0.2])), (A[:, :1] / 2, y, np.array([0.7]))],
        mistakes={
            "That would be so if the Hessian were the same everywhere.": lambda A, y, beta: (
                pieces(A, y, beta)[1] / pieces(A, y, beta)[2]
            ),
            "Divide the logarithm by R.": lambda A, y, beta: pieces(A, y, beta)[0] * bound(*pieces(A, y, beta)),
            "R belongs to the longest row, not to the whole matrix.": lambda A, y, beta: bound(
                float(np.linalg.norm(A, 2)), *pieces(A, y, beta)[1:]
            ),
            "Gradient and Hessian are means: divide both by n.": lambda A, y, beta: bound(
                pieces(A, y, beta)[0], pieces(A, y, beta)[1], pieces(A, y, beta)[2] * len(y)
            ),
            "Take the least eigenvalue of the Hessian, not the largest.": lambda A, y, beta: bound(
                *pieces(A, y, beta)[:2],
                float(np.linalg.norm(A.T @ ((_sigma(A @ beta) * _sigma(-A @ beta))[:, None] * A) / len(y), 2)),
            ),
        },
        praise="A small gradient, made a proof.",
    )


def threshold(answer: object) -> Verdict:
    """Check a function ``f(c0, c1)``: the probability from which on to predict 1, for unequal costs of the errors.

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
    >>> threshold(lambda c0, c1: 0.5)
    Not yet. That is right for equal costs.
    """
    return judge(
        answer,
        lambda c0, c1: c0 / (c0 + c1),
        [(1.0, 9.0), (3.0, 1.0)],
        mistakes={
            "That is right for equal costs.": lambda c0, c1: 0.5,
            "The other way round: an expensive miss lowers the threshold.": lambda c0, c1: c1 / (c0 + c1),
            "These are odds: turn them into a probability.": lambda c0, c1: c0 / c1,
        },
        praise="The expected costs are equal there.",
    )
