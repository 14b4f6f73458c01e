"""Checkers for the exercises of the chapter on convexity."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_M = [
    (np.array([[2.0, 1.0], [1.0, -3.0]]),),
    (np.array([[4.0, 0.5, 0.0], [0.5, 2.0, -1.0], [0.0, -1.0, 5.0]]),),
    (np.array([[-4.0, 1.0], [1.0, -2.0]]),),
]
_G = np.array([3.0, -4.0])
_X = [
    (np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]]),),
    (np.array([[2.0], [5.0], [-1.0], [0.5]]),),
    (np.array([[1.0, 0.0, 2.0, -1.0], [3.0, 1.0, 0.5, 2.0]]),),
]
_PAIRS = [(np.array([0.0, 1.0, -2.0]), np.array([0.5, -1.0, 2.0])), (np.array([3.0, 1.0]), np.array([0.0, 0.5]))]


def chord_gap(answer: object) -> Verdict:
    """Check a function ``gap(f, y, z, t)``: by how much a chord lies above the function.

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
    >>> chord_gap(lambda f, y, z, t: f(t * y + (1 - t) * z) - t * f(y) - (1 - t) * f(z))
    Not yet. The sign is wrong: the chord minus the function.
    """

    def right(f: Any, y: float, z: float, t: float) -> float:
        return float(t * f(y) + (1 - t) * f(z) - f(t * y + (1 - t) * z))

    return judge(
        answer,
        right,
        [(np.exp, 0.0, 2.0, 0.25), (np.sin, 0.5, 3.0, 0.7), (np.square, -1.0, 4.0, 0.4)],
        mistakes={
            "The sign is wrong: the chord minus the function.": lambda f, y, z, t: -right(f, y, z, t),
            "t belongs to y, and 1 - t to z.": lambda f, y, z, t: right(f, z, y, t),
            "The function has to be taken at the point between, not at the middle.": lambda f, y, z, t: float(
                t * f(y) + (1 - t) * f(z) - f((y + z) / 2)
            ),
        },
        praise="At least 0 for all y, z and 0 <= t <= 1 if and only if f is convex.",
    )


def quadratic_constants(answer: object) -> Verdict:
    """Check a function ``f(M)``: the bounds of the Hessian of half the quadratic form of M, as a pair.

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
    >>> quadratic_constants(lambda M: (M.min(), M.max()))
    Not yet. The bounds are eigenvalues, not entries.
    """

    def right(M: _Array) -> tuple[float, float]:
        eigenvalues = np.linalg.eigvalsh(M)
        return float(eigenvalues[0]), float(eigenvalues[-1])

    return judge(
        answer,
        right,
        _M,
        mistakes={
            "The smaller bound first.": lambda M: right(M)[::-1],
            "The function has a factor one half: its Hessian is M.": lambda M: right(2 * M),
            "The bounds are eigenvalues, not entries.": lambda M: (M.min(), M.max()),
            "Singular values lose the signs: take eigenvalues.": lambda M: (
                np.linalg.svd(M, compute_uv=False)[-1],
                np.linalg.svd(M, compute_uv=False)[0],
            ),
            "b may be negative, too.": lambda M: (right(M)[0], max(right(M)[1], 0.0)),
            "b may be negative, too: no absolute value.": lambda M: (right(M)[0], abs(right(M)[1])),
        },
        praise="The smallest and the largest eigenvalue.",
    )


def promised_gain(answer: object) -> Verdict:
    """Check a function ``f(g, K, s)``: the fall of the value that the descent lemma promises for a step.

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
    >>> promised_gain(lambda g, K, s: s * g @ g)
    Not yet. That is the linear part only: the curvature takes some of it back.
    """
    return judge(
        answer,
        lambda g, K, s: s * (1 - K * s / 2) * g @ g,
        [(_G, 2.0, 0.3), (np.array([1.0, 2.0, 2.0]), 0.5, 1.0), (_G, 2.0, 1.5)],
        mistakes={
            "That is the gain of the best step 1/K; the step here is s.": lambda g, K, s: g @ g / (2 * K),
            "That is the linear part only: the curvature takes some of it back.": lambda g, K, s: s * g @ g,
            "The curvature term is K s^2 / 2, with the one half.": lambda g, K, s: s * (1 - K * s) * g @ g,
            "The square of the norm of the gradient.": lambda g, K, s: s * (1 - K * s / 2) * np.linalg.norm(g),
            "The fall, so with a positive sign for small steps.": lambda g, K, s: -s * (1 - K * s / 2) * g @ g,
            "For s > 2/K the bound is negative: no fall is promised.": lambda g, K, s: (
                max(0.0, s * (1 - K * s / 2)) * g @ g
            ),
            "For s > 2/K the bound is negative; no absolute value.": lambda g, K, s: abs(s * (1 - K * s / 2)) * g @ g,
        },
        praise="s (1 - K s / 2) times the squared norm.",
    )


def logistic_step(answer: object) -> Verdict:
    """Check a function ``f(X)``: the step 1/K for the cost of logistic regression with an intercept.

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
    >>> logistic_step(lambda X: 4 * len(X) / np.linalg.norm(X, 2) ** 2)
    Not yet. The column of ones for the intercept is missing.
    """

    def right(X: _Array) -> float:
        return float(4 * len(X) / np.linalg.norm(np.column_stack([X, np.ones(len(X))]), 2) ** 2)

    return judge(
        answer,
        right,
        _X,
        mistakes={
            "The column of ones for the intercept is missing.": lambda X: 4 * len(X) / np.linalg.norm(X, 2) ** 2,
            "The cost is a mean: K has the factor 1/n.": lambda X: right(X) / len(X),
            "The second derivative of softplus is at most 1/4.": lambda X: right(X) / 4,
            "That is K; the step is 1/K.": lambda X: 1 / right(X),
            "Take the largest singular value, not the Frobenius norm.": lambda X: (
                4 * len(X) / np.linalg.norm(np.column_stack([X, np.ones(len(X))])) ** 2
            ),
        },
        praise="4n over the squared largest singular value of [X 1].",
    )


def tangent_gap(answer: object) -> Verdict:
    """Check a function ``f(y, z)``: by how much log-sum-exp at z lies above its tangent at y.

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
    >>> tangent_gap(lambda y, z: np.logaddexp.reduce(z) - np.logaddexp.reduce(y))
    Not yet. The linear part of the tangent is missing.
    """

    def right(y: _Array, z: _Array) -> float:
        q = np.exp(y - y.max())
        q /= q.sum()
        return float(np.logaddexp.reduce(z) - np.logaddexp.reduce(y) - q @ (z - y))

    return judge(
        answer,
        right,
        _PAIRS,
        mistakes={
            "That is the gap of the tangent at z: y and z are swapped.": lambda y, z: right(z, y),
            "The sign is wrong: the function is above its tangent.": lambda y, z: -right(y, z),
            "The linear part of the tangent is missing.": lambda y, z: np.logaddexp.reduce(z) - np.logaddexp.reduce(y),
        },
        praise="The Kullback-Leibler divergence D(softmax(y), softmax(z)).",
    )


def distance_bounds(answer: object) -> Verdict:
    """Check a function ``f(g, mu)``: bounds on the distance to the minimiser and to the minimum, as a pair.

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
    >>> distance_bounds(lambda g, mu: (np.linalg.norm(g) / mu, g @ g / mu))
    Not yet. The bound on the value has a factor one half.
    """
    return judge(
        answer,
        lambda g, mu: (np.linalg.norm(g) / mu, g @ g / (2 * mu)),
        [(_G, 2.0), (np.array([1.0, 2.0, 2.0]), 0.25)],
        mistakes={
            "The distance has no factor one half.": lambda g, mu: (np.linalg.norm(g) / (2 * mu), g @ g / (2 * mu)),
            "The bound on the value has a factor one half.": lambda g, mu: (np.linalg.norm(g) / mu, g @ g / mu),
            "First the distance, then the value.": lambda g, mu: (g @ g / (2 * mu), np.linalg.norm(g) / mu),
            "Divide by mu.": lambda g, mu: (np.linalg.norm(g) * mu, g @ g * mu / 2),
        },
        praise="Both go to zero with the gradient.",
    )


def minimiser_on_interval(answer: object) -> Verdict:
    """Check a function ``f(a, b, c)``: the minimiser on [a, b] of a strictly convex function with its minimum at c.

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
    >>> minimiser_on_interval(lambda a, b, c: c)
    Not yet. c may lie outside of the interval.
    """
    return judge(
        answer,
        lambda a, b, c: min(max(c, a), b),
        [(0.0, 1.0, 2.5), (-1.0, 3.0, 0.5), (2.0, 4.0, -7.0), (2.0, 4.0, 1.0), (-4.0, -2.0, -1.0)],
        mistakes={
            "c may lie outside of the interval.": lambda a, b, c: c,
            "The middle has nothing to do with the function.": lambda a, b, c: (a + b) / 2,
            "That is right only if c is above the interval.": lambda a, b, c: min(c, b),
            "That is right only if c is below the interval.": lambda a, b, c: max(c, a),
        },
        praise="The point of the interval nearest to c.",
    )
