"""Checkers for the exercises of the chapter on linear regression."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]


def _designs() -> list[tuple[_Array, _Array]]:
    """Two designs of different sizes, without symmetry by which a mistake could pass."""
    rng = np.random.default_rng(2026)
    return [(rng.standard_normal((n, d)) + 0.5, rng.standard_normal(n) + 1.0) for n, d in [(7, 3), (12, 2)]]


def slope(answer: object) -> Verdict:
    """Check a function ``slope(x, y)``: the least-squares slope of a line, for vectors of one length.

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
    >>> slope(lambda x, y: np.corrcoef(x, y)[0, 1])
    Not yet. That is the correlation coefficient: right only if x and y have the same spread.
    """

    def centred(x: _Array) -> _Array:
        return np.asarray(x - x.mean())

    def line(x: _Array, y: _Array) -> float:
        return float(centred(x) @ centred(y) / (centred(x) @ centred(x)))

    return judge(
        answer,
        line,
        [(A[:, 0], y) for A, y in _designs()],
        mistakes={
            "The covariance is divided by n and the variance by n - 1: use the same for both.": lambda x, y: (
                line(x, y) * (len(x) - 1) / len(x)
            ),
            "That is the correlation coefficient: right only if x and y have the same spread.": lambda x, y: float(
                np.corrcoef(x, y)[0, 1]
            ),
            "That divides by the spread of y: it is the slope of x as a function of y.": lambda x, y: line(y, x),
            "The data are not centred: this is the slope of the best line through the origin.": lambda x, y: (
                x @ y / (x @ x)
            ),
            "The covariance is divided by n - 1 and the variance by n: use the same for both.": lambda x, y: (
                line(x, y) * len(x) / (len(x) - 1)
            ),
        },
        praise="Covariance over variance, whichever number both are divided by.",
    )


def ridge(answer: object) -> Verdict:
    """Check a function ``ridge(A, y, lam)``: the minimiser of RSS plus lam times beta's squared length, lam > 0.

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
    >>> ridge(lambda A, y, lam: np.linalg.solve(A.T @ A - lam * np.eye(A.shape[1]), A.T @ y))
    Not yet. The penalty has the wrong sign: it must add to the diagonal.
    """

    def solution(A: _Array, y: _Array, lam: float) -> _Array:
        return np.asarray(np.linalg.pinv(A.T @ A + lam * np.eye(A.shape[1])) @ A.T @ y)

    wide = np.random.default_rng(7).standard_normal((2, 4))
    cases = [(A, y, lam) for (A, y), lam in zip(_designs(), (0.3, 2.0), strict=True)]
    cases += [(wide, np.array([1.0, -2.0]), 0.5), (np.zeros((3, 2)), np.array([1.0, 2.0, 4.0]), 1.5)]
    return judge(
        answer,
        solution,
        cases,
        mistakes={
            "The penalty has the wrong sign: it must add to the diagonal.": lambda A, y, lam: solution(A, y, -lam),
            "Both terms carry the factor 2 of the derivative; you lost it in one of them.": lambda A, y, lam: solution(
                A, y, lam / 2
            ),
            "Both terms carry the factor 2 of the derivative; it cancels.": lambda A, y, lam: solution(A, y, 2 * lam),
            "You minimised the mean squared error plus the penalty: here it is the sum.": lambda A, y, lam: solution(
                A, y, len(y) * lam
            ),
            "The penalty is missing.": lambda A, y, lam: solution(A, y, 0.0),
            "Only the rows are scaled by the square root of the charge, not the diagonal.": lambda A, y, lam: solution(
                A, y, lam**0.5
            ),
            "The charge enters once, not squared.": lambda A, y, lam: solution(A, y, lam**2),
        },
        praise="Positive definite for every matrix, so no condition on the rank.",
    )


def weighted(answer: object) -> Verdict:
    """Check a function ``weighted(A, y, m)``: the minimiser of sum_i m_i (a_i . beta - y_i)^2, for positive m.

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
    >>> weighted(lambda A, y, m: np.linalg.solve((A.T * m) @ A, A.T @ y))
    Not yet. The weights belong on both sides of the normal equations.
    """

    def solution(A: _Array, y: _Array, m: _Array) -> _Array:
        return np.asarray(np.linalg.solve((A.T * m) @ A, (A.T * m) @ y))

    return judge(
        answer,
        solution,
        [(A, y, (3 * np.arange(len(y)) + 2) % 7 % 4 + 1) for A, y in _designs()],
        mistakes={
            "The weights belong on both sides of the normal equations.": lambda A, y, m: np.linalg.solve(
                (A.T * m) @ A, A.T @ y
            ),
            "The weights enter squared: scale the rows by the square roots of the weights.": lambda A, y, m: solution(
                A, y, m**2
            ),
            "The weights enter by their square roots: scale rows by the square root, on both sides.": lambda A, y, m: (
                solution(A, y, np.sqrt(m))
            ),
            "The weights are missing.": lambda A, y, m: solution(A, y, np.ones_like(m)),
        },
        praise="Ordinary least squares on rows scaled by the square roots of the weights.",
    )


def left_out_residuals(answer: object) -> Verdict:
    """Check a function ``left_out(A, y)``: for each i, y_i minus its prediction by the fit to the other rows.

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
    >>> left_out_residuals(lambda A, y: y - A @ np.linalg.lstsq(A, y)[0])
    Not yet. Those are the residuals of the fit to all rows: each row has pulled the fit towards itself.
    """

    def residuals(A: _Array, y: _Array) -> tuple[_Array, _Array]:
        projection = A @ np.linalg.pinv(A)
        return y - projection @ y, np.diag(projection)

    def scaled(power: float) -> Callable[[_Array, _Array], _Array]:
        def function(A: _Array, y: _Array) -> _Array:
            r, h = residuals(A, y)
            return np.asarray(r * (1.0 - h) ** power)

        return function

    return judge(
        answer,
        scaled(-1.0),
        _designs(),
        mistakes={
            "Those are the residuals of the fit to all rows: each row has pulled the fit towards itself.": scaled(0.0),
            "Divide by 1 - h_i instead of multiplying: a left-out residual is the larger one.": scaled(1.0),
            "No square root: that is the scaling which gives all residuals the same variance.": scaled(-0.5),
            "No square: divide by 1 - h_i once.": scaled(-2.0),
        },
        praise="One fit gives all n left-out residuals.",
    )


def best_step(answer: object) -> Verdict:
    """Check a function ``best_step(A)``: the best step of gradient descent on the mean squared error, for full rank.

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
    >>> best_step(lambda A: len(A) / np.linalg.norm(A, 2) ** 2)
    Not yet. That is the bound below which gradient descent converges, not the best step.
    """

    def step(A: _Array, power: int = 2) -> float:
        s = np.linalg.svd(A, compute_uv=False)
        return float(len(A) / (s[0] ** power + s[-1] ** power))

    def bound(A: _Array) -> float:
        return float(len(A) / np.linalg.norm(A, 2) ** 2)

    return judge(
        answer,
        step,
        [(A,) for A, _ in _designs()],
        mistakes={
            "That is the bound below which gradient descent converges, not the best step.": bound,
            "That is half of the largest step: it only looks at the largest eigenvalue.": lambda A: bound(A) / 2,
            "That is the step for the sum of squares; the mean has 1/n of its curvature.": lambda A: step(A) / len(A),
            "The Hessian of the mean squared error has a factor 2.": lambda A: 2 * step(A),
            "Twice too small: two over the sum of the eigenvalues, not one.": lambda A: step(A) / 2,
            "The eigenvalues of A^T A are the squares of the singular values.": lambda A: step(A, power=1),
        },
        praise="Two over the sum of the smallest and the largest eigenvalue of the Hessian.",
    )


def euclidean_slope(answer: object) -> Verdict:
    """Check a function ``euclidean_slope(x, y)``: the slope of the line with the least sum of squared distances.

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
    >>> euclidean_slope(lambda x, y: np.polyfit(x, y, 1)[0])
    Not yet. That is the least-squares slope: it measures distances vertically.
    """

    def eigenvector(x: _Array, y: _Array, which: int) -> _Array:
        z = np.stack([x - x.mean(), y - y.mean()])
        return np.asarray(np.linalg.eigh(z @ z.T)[1][:, which])

    def right(x: _Array, y: _Array) -> float:
        u = eigenvector(x, y, 0)
        return float(-u[0] / u[1])

    def across(x: _Array, y: _Array) -> float:
        u = eigenvector(x, y, 1)
        return float(-u[0] / u[1])

    return judge(
        answer,
        right,
        [(A[:, 0], y + k * A[:, 0]) for (A, y), k in zip(_designs(), (1.0, -2.0), strict=True)]
        + [(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0]))],
        mistakes={
            "That is the least-squares slope: it measures distances vertically.": lambda x, y: float(
                np.polyfit(x, y, 1)[0]
            ),
            "That is the least-squares line of x on y: it measures distances horizontally.": lambda x, y: float(
                1.0 / np.polyfit(y, x, 1)[0]
            ),
            "That line is perpendicular to the right one: take the smallest eigenvalue for the normal.": across,
            "That is the slope of the normal, not of the line.": lambda x, y: -1.0 / right(x, y),
        },
        praise="The line along the direction in which the cloud is longest.",
    )


def r_squared(answer: object) -> Verdict:
    """Check a function ``r_squared(X, y)``: the coefficient of determination of the fit with intercept.

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
    >>> r_squared(lambda X, y: None)
    Not yet. Your function returns nothing: is there a return at its end?
    """

    def residuals(X: _Array, y: _Array, intercept: bool = True) -> _Array:
        A = np.column_stack([X, np.ones(len(X))]) if intercept else X
        return np.asarray(y - A @ (np.linalg.pinv(A) @ y))

    def share(r: _Array, y: _Array) -> float:
        return float(1.0 - r @ r / np.sum((y - y.mean()) ** 2))

    def adjusted(X: _Array, y: _Array) -> float:
        n, p = X.shape
        return float(1.0 - (1.0 - share(residuals(X, y), y)) * (n - 1) / (n - p - 1))

    return judge(
        answer,
        lambda X, y: share(residuals(X, y), y),
        _designs(),
        mistakes={
            "Compare with the spread around the mean of y, not around zero.": lambda X, y: float(
                1.0 - residuals(X, y) @ residuals(X, y) / (y @ y)
            ),
            "The fit has no intercept.": lambda X, y: share(residuals(X, y, intercept=False), y),
            "That is R, not its square.": lambda X, y: float(share(residuals(X, y), y) ** 0.5),
            "That is the share which the fit does not reproduce.": lambda X, y: 1.0 - share(residuals(X, y), y),
            "That is the adjusted one, which allows for the number of columns.": adjusted,
        },
        praise="One minus RSS over the spread of y.",
    )
