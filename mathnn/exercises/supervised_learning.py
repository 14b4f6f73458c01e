"""Checkers for the exercises of the chapter on supervised learning."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_TARGETS = [
    (np.array([10.0, 0.0, 30.0, 2.25, 1.0]),),
    (np.array([-4.0, 3.5, 3.0]),),
    (np.array([2.0, 0.0, 0.0, 1.0, 0.0]),),
]
_JOINTS = [
    (np.array([[0.1, 0.3, 0.05], [0.2, 0.05, 0.3]]),),
    (np.array([[0.25, 0.2], [0.15, 0.1], [0.05, 0.25]]),),
    (np.array([[0.5, 0.1], [0.3, 0.1]]),),
]


def best_constant(answer: object) -> Verdict:
    """Check a function ``f(y)``: the constant with the least mean squared error, and that error, as a pair.

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
    >>> best_constant(lambda y: (y.mean(), y.std()))
    Not yet. The second number is the standard deviation: the root of the mean squared distance.
    """
    return judge(
        answer,
        lambda y: (y.mean(), y.var()),
        _TARGETS,
        mistakes={
            "The second number is the standard deviation: the root of the mean squared distance.": lambda y: (
                y.mean(),
                y.std(),
            ),
            "The risk is a mean: divide by n, not by n - 1.": lambda y: (y.mean(), y.var(ddof=1)),
            "The risk is a mean: divide the sum of squares by n.": lambda y: (y.mean(), len(y) * y.var()),
            "The median minimises the mean absolute error; the mean, the mean squared error.": lambda y: (
                np.median(y),
                y.var(),
            ),
            "The constant is the median, which is right for absolute values.": lambda y: (
                np.median(y),
                np.mean((y - np.median(y)) ** 2),
            ),
            "A target that occurs twice counts twice.": lambda y: (np.unique(y).mean(), np.unique(y).var()),
        },
        praise="The mean, and the variance of the targets.",
    )


def absolute_constant(answer: object) -> Verdict:
    """Check a function ``f(y)``: the constant with the least mean absolute error, for an odd number of targets.

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
    >>> absolute_constant(np.mean)
    Not yet. The mean minimises the squares, not the absolute values.
    """
    return judge(
        answer,
        np.median,
        _TARGETS,
        mistakes={
            "The mean minimises the squares, not the absolute values.": np.mean,
            "Half way between the extremes minimises the largest error, not the sum.": lambda y: (
                (y.min() + y.max()) / 2
            ),
            "That is the entry in the middle of the list: sort the targets first.": lambda y: y[len(y) // 2],
            "A target that occurs twice counts twice.": lambda y: np.median(np.unique(y)),
        },
        praise="The median: as many targets on its left as on its right.",
    )


def bayes_risk(answer: object) -> Verdict:
    """Check a function ``f(joint)``: the least probability of a wrong label, from the joint probabilities.

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
    >>> bayes_risk(lambda joint: joint.max(axis=1).sum())
    Not yet. That is the probability to be right.
    """
    return judge(
        answer,
        lambda joint: 1 - joint.max(axis=1).sum(),
        _JOINTS,
        mistakes={
            "That is the probability to be right.": lambda joint: joint.max(axis=1).sum(),
            "That is the risk of always naming the most frequent label, without looking at x.": lambda joint: (
                1 - joint.sum(axis=0).max()
            ),
            "Rows are values of x: take the largest entry of each row, not of each column.": lambda joint: (
                1 - joint.max(axis=0).sum()
            ),
            "The conditional risks must be weighted with the probabilities of x.": lambda joint: float(
                np.mean(1 - joint.max(axis=1) / joint.sum(axis=1))
            ),
            "That rule names the label that makes x most probable, not the label most probable at x.": lambda joint: (
                1 - joint[np.arange(len(joint)), (joint / joint.sum(axis=0)).argmax(axis=1)].sum()
            ),
        },
        praise="One minus the sum of the largest entries of the rows.",
    )


def excess_risk(answer: object) -> Verdict:
    """Check a function ``excess(f, weight, h)``: how much larger the zero-one risk of h is than the least one.

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
    >>> excess_risk(lambda f, weight, h: weight @ (h != (f > 0.5)))
    Not yet. That is how often h differs from the best rule: a difference costs abs(2 f - 1).
    """

    def differs(f: _Array, h: _Array) -> NDArray[np.bool_]:
        return np.not_equal(h, f > 0.5)

    inputs = [
        (np.array([0.9, 0.3, 0.6, 0.2]), np.array([0.1, 0.4, 0.2, 0.3]), np.array([0.0, 1.0, 1.0, 0.0])),
        (np.array([0.5, 0.05, 0.7]), np.array([0.25, 0.35, 0.4]), np.array([1.0, 1.0, 0.0])),
        (np.array([0.8, 0.1]), np.array([0.6, 0.4]), np.array([1.0, 0.0])),
    ]
    return judge(
        answer,
        # Not the formula that is to be shown, but the definition of its left-hand side.
        lambda f, weight, h: weight @ np.where(h == 1, 1 - f, f) - weight @ np.minimum(f, 1 - f),
        inputs,
        mistakes={
            "That is how often h differs from the best rule: a difference costs abs(2 f - 1).": lambda f, weight, h: (
                weight @ differs(f, h)
            ),
            "That is the risk of h: subtract the least risk.": lambda f, weight, h: weight @ np.where(h == 1, 1 - f, f),
            "That is the least risk: subtract it from the risk of h.": lambda f, weight, h: (
                weight @ np.minimum(f, 1 - f)
            ),
            "That is the least risk minus the risk of h: turn it round.": lambda f, weight, h: (
                -(weight @ (np.abs(2 * f - 1) * differs(f, h)))
            ),
            "Take the absolute value of 2 f - 1.": lambda f, weight, h: weight @ ((2 * f - 1) * differs(f, h)),
            "A factor of 2 is missing: the two probabilities are f and 1 - f.": lambda f, weight, h: (
                weight @ (np.abs(f - 0.5) * differs(f, h))
            ),
            "Only those x count where the two labels differ.": lambda f, weight, h: weight @ np.abs(2 * f - 1),
            "Weight each x with its probability.": lambda f, weight, h: np.mean(np.abs(2 * f - 1) * differs(f, h)),
        },
        praise="Each difference costs abs(2 f - 1).",
    )


def sample_size(answer: object) -> Verdict:
    """Check a function ``f(t, alpha)``: the least m with 2 exp(-2 m t^2) <= alpha.

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
    >>> sample_size(lambda t, a: np.ceil(np.log(1 / a) / (2 * t**2)))
    Not yet. The factor 2 in front of the exponential is missing: the error may be to either side.
    """

    def bound(t: float, alpha: float) -> float:
        return math.log(2 / alpha) / (2 * t * t)

    return judge(
        answer,
        lambda t, alpha: math.ceil(bound(t, alpha)),
        [(0.05, 0.05), (0.1, 0.01), (0.013, 0.2)],
        mistakes={
            "Round up: with fewer examples the promise does not hold.": lambda t, a: math.floor(bound(t, a)),
            "A number of examples is whole: round up.": bound,
            "The factor 2 in front of the exponential is missing: the error may be to either side.": lambda t, a: (
                math.ceil(math.log(1 / a) / (2 * t * t))
            ),
            "The factor 2 in the exponent is missing.": lambda t, a: math.ceil(math.log(2 / a) / (t * t)),
            "The exponent has the square of t.": lambda t, a: math.ceil(math.log(2 / a) / (2 * t)),
        },
        praise="log(2 / alpha) / (2 t^2), rounded up.",
        rtol=1e-12,
    )


def nearest_neighbours(answer: object) -> Verdict:
    """Check a function ``predict(X, y, x, k)``: the mean target of the k examples nearest to x.

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
    >>> nearest_neighbours(lambda X, y, x, k: y.mean())
    Not yet. That is the mean of all targets: choose the k nearest examples first.
    """

    def order(X: _Array, x: _Array) -> NDArray[np.intp]:
        return np.argsort(((X - x) ** 2).sum(axis=1))

    rng = np.random.default_rng(2027)
    inputs = []
    for n, p, k in ((40, 2, 8), (30, 3, 9), (7, 1, 2)):
        inputs.append((rng.standard_normal((n, p)), rng.standard_normal(n), rng.standard_normal(p), k))
    return judge(
        answer,
        lambda X, y, x, k: y[order(X, x)[:k]].mean(),
        inputs,
        mistakes={
            "That is the mean of all targets: choose the k nearest examples first.": lambda X, y, x, k: y.mean(),
            "Those are the farthest examples.": lambda X, y, x, k: y[order(X, x)[::-1][:k]].mean(),
            "That is the target of the one nearest example: take the mean of k.": lambda X, y, x, k: y[order(X, x)[0]],
            "That is the sum of their targets: divide by k.": lambda X, y, x, k: y[order(X, x)[:k]].sum(),
            "The distance must be of x, not of the origin.": lambda X, y, x, k: y[order(X, 0 * x)[:k]].mean(),
            "That takes the k smallest sums of differences: a difference may be negative.": lambda X, y, x, k: y[
                np.argsort((X - x).sum(axis=1))[:k]
            ].mean(),
            "That is the sum of the absolute differences: take the Euclidean norm.": lambda X, y, x, k: y[
                np.argsort(np.abs(X - x).sum(axis=1))[:k]
            ].mean(),
            "That is the largest of the absolute differences: take the Euclidean norm.": lambda X, y, x, k: y[
                np.argsort(np.abs(X - x).max(axis=1))[:k]
            ].mean(),
            "That looks at one coordinate only.": lambda X, y, x, k: y[np.argsort(np.abs(X - x)[:, -1])[:k]].mean(),
            "That looks at the first coordinate only.": lambda X, y, x, k: y[
                np.argsort(np.abs(X - x)[:, 0])[:k]
            ].mean(),
        },
        praise="The k nearest, and their mean.",
    )


def best_neighbours(answer: object) -> Verdict:
    """Check a function ``f(c, sigma)``: the k > 0 with the least c k^2 + sigma^2 / k.

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
    >>> best_neighbours(lambda c, s: (s**2 / c) ** (1 / 3))
    Not yet. There both parts are equal; the least sum is where their derivatives cancel.
    """
    return judge(
        answer,
        lambda c, s: (s * s / (2 * c)) ** (1 / 3),
        [(0.1, 2.0), (1.7, 0.6), (3.0, 5.0)],
        mistakes={
            "There both parts are equal; the least sum is where their derivatives cancel.": lambda c, s: (
                (s * s / c) ** (1 / 3)
            ),
            "The variance has the square of sigma.": lambda c, s: (s / (2 * c)) ** (1 / 3),
            "From 2 c k = sigma^2 / k^2 follows k^3 = ..., so take the third root.": lambda c, s: (
                (s * s / (2 * c)) ** 0.5
            ),
            "That is the third power of k: take the third root.": lambda c, s: s * s / (2 * c),
        },
        praise="The derivative 2 c k - sigma^2 / k^2 changes its sign there, from minus to plus.",
    )


def smallest_change(answer: object) -> Verdict:
    """Check a function ``change(w, b, x)``: the change of least maximum norm that reaches w.x + b = 0.

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
    >>> smallest_change(lambda w, b, x: -(w @ x + b) / (w @ w) * w)
    Not yet. That is the least change in the Euclidean norm.
    """

    def change(w: _Array, b: float, x: _Array) -> _Array:
        return np.asarray(-(w @ x + b) / np.abs(w).sum() * np.sign(w))

    rng = np.random.default_rng(2028)
    return judge(
        answer,
        change,
        [(rng.standard_normal(p), b, rng.standard_normal(p)) for p, b in ((2, 0.7), (3, -1.3), (6, 0.4))],
        mistakes={
            "That is the least change in the Euclidean norm.": lambda w, b, x: -(w @ x + b) / (w @ w) * w,
            "That goes away from the boundary: mind the sign.": lambda w, b, x: -change(w, b, x),
            "The bias b is missing in the value at x.": lambda w, b, x: change(w, 0.0, x),
            "Divide by the sum of the absolute values of the weights.": lambda w, b, x: (
                -(w @ x + b) / np.linalg.norm(w) * np.sign(w)
            ),
            "Divide by the sum of the absolute values, not of the weights.": lambda w, b, x: (
                -(w @ x + b) / w.sum() * np.sign(w)
            ),
            "Each entry needs the sign of its weight.": lambda w, b, x: (
                -(w @ x + b) / np.abs(w).sum() * np.ones_like(w)
            ),
        },
        praise="All entries change by the same amount, each in the direction of its weight.",
    )
