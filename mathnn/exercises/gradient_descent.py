"""Checkers for the exercises of the chapter on gradient descent."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_BOWLS = [(np.array([[2.0, 1.0], [1.0, 3.0]]),), (np.diag([0.5, 4.0, 1.0]),)]
_G = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 1.0], [2.0, -5.0]])


def largest_step(answer: object) -> Verdict:
    """Check a function ``f(M)``: the smallest step that is too large for gradient descent on a quadratic.

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
    >>> largest_step(lambda M: 1 / np.linalg.eigvalsh(M)[-1])
    Not yet. With that step the steepest direction is solved at once: twice as much is the limit.
    """
    return judge(
        answer,
        lambda M: 2 / np.linalg.eigvalsh(M)[-1],
        _BOWLS,
        mistakes={
            "With that step the steepest direction is solved at once: twice as much is the limit.": lambda M: (
                1 / np.linalg.eigvalsh(M)[-1]
            ),
            "The largest eigenvalue decides, not the smallest.": lambda M: 2 / np.linalg.eigvalsh(M)[0],
            "The trace is the sum of the eigenvalues: only the largest one counts.": lambda M: 2 / np.trace(M),
            "That is the best step, which converges.": lambda M: (
                2 / (np.linalg.eigvalsh(M)[0] + np.linalg.eigvalsh(M)[-1])
            ),
        },
        praise="Two over the largest eigenvalue.",
    )


def _count(slope: Callable[[_Array], _Array], x: _Array, s: float, small: Callable[[_Array], bool]) -> int:
    count = 0
    while not small(slope(x)) and count < 100_000:
        x, count = x - s * slope(x), count + 1
    return count


def count_steps(answer: object) -> Verdict:
    """Check a function ``f(slope, x, s, tol)``: how many steps gradient descent does until it stops.

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
    >>> count_steps(lambda slope, x, s, tol: 0)
    Not yet. In test 1 of 4 your function returns 0.0, but 10.0 is right.
    """

    def right(slope: Callable[[_Array], _Array], x: _Array, s: float, tol: float) -> int:
        return _count(slope, x, s, lambda g: bool(np.abs(g).max() <= tol))

    def euclidean(slope: Callable[[_Array], _Array], x: _Array, s: float, tol: float) -> int:
        return _count(slope, x, s, lambda g: bool(np.linalg.norm(g) <= tol))

    def patient(f: object) -> object:
        def limited(slope: Callable[[_Array], _Array], x: _Array, s: float, tol: float) -> Any:
            calls = 0

            def counted(x: _Array) -> _Array:
                nonlocal calls
                calls += 1
                if calls > 100_000:
                    raise RuntimeError("it does not stop: where the gradient is at most tol, it must")
                return slope(x)

            return f(counted, x, s, tol)  # type: ignore[operator]

        return limited if callable(f) else f

    stretch = np.array([1.0, 0.9, 1.2])
    inputs = [
        (lambda x: x, np.array([1.0]), 0.5, 1e-3),
        (lambda x: stretch * x, np.array([1.0, -1.0, -1.0]), 0.1, 0.01),
        (lambda x: x - 2.0, np.array([2.0]), 0.1, 0.0),
        (lambda x: x, np.array([-1.0]), 0.5, 1e-3),
    ]
    return judge(
        patient(answer),
        right,
        inputs,
        mistakes={
            "The rule looks at the largest entry, not at the Euclidean norm.": euclidean,
            "The largest entry is meant without its sign: take absolute values.": lambda slope, x, s, tol: _count(
                slope, x, s, lambda g: bool(g.max() <= tol)
            ),
            "The step is s: you step by the tolerance.": lambda slope, x, s, tol: right(slope, x, tol, tol),
            "Count steps, not evaluations of the gradient: the last one is not followed by a step.": (
                lambda slope, x, s, tol: right(slope, x, s, tol) + 1
            ),
        },
        praise="The test comes first, then the step.",
    )


def backtracking(answer: object) -> Verdict:
    """Check a function ``f(f, x, g, alpha, rho, c)``: the step of Armijo's line search along the negative gradient.

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
    >>> backtracking(lambda f, x, g, alpha, rho, c: alpha)
    Not yet. The first step need not gain enough: test it.
    """

    def right(f: Callable[[_Array], float], x: _Array, g: _Array, alpha: float, rho: float, c: float) -> float:
        t = alpha
        while f(x - t * g) > f(x) - c * t * float(g @ g):
            t *= rho
        return t

    def bowl(x: _Array) -> float:
        return float(x @ x)

    def valley(x: _Array) -> float:
        return float(np.log(np.cosh(x)).sum() + 2 * x[0] ** 2)

    x = np.array([1.0, -2.0])
    inputs = [(bowl, x, 2 * x, 0.9, 0.9, 0.5), (bowl, x, 2 * x, 3.0, 0.5, 0.1), (bowl, x, 2 * x, 1.15, 0.5, 0.3)]
    slope = np.tanh(x) + np.array([4.0, 0.0])
    inputs += [(valley, x, slope, alpha, 0.8, c) for alpha, c in ((2.0, 0.1), (9.0, 0.4))]
    return judge(
        answer,
        right,
        inputs,
        mistakes={
            "That any fall is enough is not asked: the gain must be a share c of the predicted one.": (
                lambda f, x, g, alpha, rho, c: right(f, x, g, alpha, rho, 0.0)
            ),
            "The sign is wrong: the value must fall by c t |g|^2.": lambda f, x, g, alpha, rho, c: right(
                f, x, g, alpha, rho, -c
            ),
            "The first step need not gain enough: test it.": lambda f, x, g, alpha, rho, c: alpha,
            "Shrink by the factor rho, not always by one half.": lambda f, x, g, alpha, rho, c: right(
                f, x, g, alpha, 0.5, c
            ),
        },
        praise="The first one that gains enough.",
    )


def steps_needed(answer: object) -> Verdict:
    """Check a function ``f(mu, K, delta)``: the number of steps that reduce the gap of the value to a share delta.

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
    >>> steps_needed(lambda mu, K, delta: np.ceil(K / (mu * delta)))
    Not yet. That is the order of a convex function: here each step takes a fixed share.
    """

    def right(mu: float, K: float, delta: float) -> float:
        return float(np.ceil(np.log(delta) / np.log(1 - mu / K)))

    return judge(
        answer,
        right,
        [(1.0, 10.0, 0.01), (0.5, 3.0, 1e-6), (1.0, 1000.0, 0.1)],
        mistakes={
            "The factor is 1 - mu/K for the value: no square.": lambda mu, K, delta: float(
                np.ceil(np.log(delta) / (2 * np.log(1 - mu / K)))
            ),
            "One step more: round up.": lambda mu, K, delta: right(mu, K, delta) - 1,
            "That is the order of a convex function: here each step takes a fixed share.": lambda mu, K, delta: float(
                np.ceil(K / (mu * delta))
            ),
            "That is the rate of the step 2/(mu + K), for the distance.": lambda mu, K, delta: float(
                np.ceil(np.log(delta) / np.log((K - mu) / (K + mu)))
            ),
        },
        praise="About K/mu times log(1/delta).",
    )


def batch_variance(answer: object) -> Verdict:
    """Check a function ``f(G, B)``: the variance of the mean of B different rows of G.

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
    >>> batch_variance(lambda G, B: ((G - G.mean(axis=0)) ** 2).sum(axis=1).mean() / B)
    Not yet. That is with replacement: different rows vary less.
    """

    def V(G: _Array) -> float:
        return float(((G - G.mean(axis=0)) ** 2).sum(axis=1).mean())

    def right(G: _Array, B: int) -> float:
        return V(G) / B * (len(G) - B) / (len(G) - 1)

    return judge(
        answer,
        right,
        [(_G, 1), (_G, 2), (_G, 4), (_G[:3] + 1.0, 2), (np.hstack([_G, _G[::-1, :1]]), 3)],
        mistakes={
            "That is with replacement: different rows vary less.": lambda G, B: V(G) / B,
            "The mean of a batch, not its sum: divide by B once more.": lambda G, B: B * right(G, B),
            "The noise is a vector: take differences of gradients, not of their norms.": lambda G, B: right(
                np.linalg.norm(G, axis=1, keepdims=True), B
            ),
            "The correction is (n - B)/(n - 1), not (n - B)/n.": lambda G, B: V(G) / B * (len(G) - B) / len(G),
        },
        praise="Nothing is left for B = n.",
    )


def noise_floor(answer: object) -> Verdict:
    """Check a function ``f(s, sigma)``: the limit of the mean square of stochastic gradient descent on a parabola.

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
    >>> noise_floor(lambda s, sigma: s * sigma**2)
    Not yet. That is the bound of the theorem: the limit itself is smaller for s < 1.
    """
    return judge(
        answer,
        lambda s, sigma: s * sigma**2 / (2 - s),
        [(0.5, 2.0), (0.1, 1.0), (1.5, 3.0)],
        mistakes={
            "That is the bound of the theorem: the limit itself is smaller for s < 1.": lambda s, sigma: s * sigma**2,
            "That is what one step adds: the steps before have left something too.": lambda s, sigma: s**2 * sigma**2,
            "The variance is sigma squared.": lambda s, sigma: s * sigma / (2 - s),
            "The factor is squared: (1 - s)^2, not 1 - s.": lambda s, sigma: s**2 * sigma**2 / s,
        },
        praise="About half of the bound for small steps.",
    )


def heavy_ball(answer: object) -> Verdict:
    """Check a function ``f(mu, K)``: the pair (s, beta) with the best rate of the heavy ball on quadratics.

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
    >>> heavy_ball(lambda mu, K: (1 / K, 0.9))
    Not yet. In test 1 of 2 your function returns [0.25 0.9 ], but [0.444444 0.111111] is right.
    """

    def right(mu: float, K: float) -> tuple[float, float]:
        a, b = np.sqrt(mu), np.sqrt(K)
        return float(4 / (a + b) ** 2), float(((b - a) / (b + a)) ** 2)

    with np.printoptions(precision=6):
        return judge(
            answer,
            right,
            [(1.0, 4.0), (0.5, 50.0)],
            mistakes={
                "beta is the square of the rate.": lambda mu, K: (right(mu, K)[0], right(mu, K)[1] ** 0.5),
                "That is the best step without momentum.": lambda mu, K: (2 / (mu + K), right(mu, K)[1]),
                "Take the square roots of mu and K.": lambda mu, K: right(mu**2, K**2),
                "First the step, then beta.": lambda mu, K: right(mu, K)[::-1],
            },
            praise="The rate is the square root of beta.",
        )


def adam_step(answer: object) -> Verdict:
    """Check a function ``f(theta, g, m, s, t)``: theta after step t of Adam with rate 0.1 and the usual constants.

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
    >>> adam_step(lambda theta, g, m, s, t: theta - 0.1 * g)
    Not yet. That is a step of gradient descent.
    """

    def means(g: _Array, m: _Array, s: _Array) -> tuple[_Array, _Array]:
        return 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2

    def right(theta: _Array, g: _Array, m: _Array, s: _Array, t: int) -> _Array:
        m, s = means(g, m, s)
        moved: _Array = theta - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        return moved

    def uncorrected(theta: _Array, g: _Array, m: _Array, s: _Array, t: int) -> _Array:
        m, s = means(g, m, s)
        return theta - 0.1 * m / (np.sqrt(s) + 1e-8)

    def no_root(theta: _Array, g: _Array, m: _Array, s: _Array, t: int) -> _Array:
        m, s = means(g, m, s)
        return theta - 0.1 * m / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-8)

    def under_the_root(theta: _Array, g: _Array, m: _Array, s: _Array, t: int) -> _Array:
        m, s = means(g, m, s)
        moved: _Array = theta - 0.1 * (m / (1 - 0.9**t)) / np.sqrt(s / (1 - 0.999**t) + 1e-8)
        return moved

    theta, g, zero = np.array([1.0, -1.0]), np.array([0.5, -2.0]), np.zeros(2)
    tiny, m, s = np.array([-1e-8, 0.0]), np.array([0.1, -0.2]), np.array([0.03, 0.5])
    return judge(
        answer,
        right,
        [
            (theta, g, zero, zero, 1),
            (theta, g, m, s, 3),
            (0 * theta, tiny, zero, zero, 1),
            (theta, tiny, zero, zero, 2),
        ],
        mistakes={
            "The bias correction is missing.": uncorrected,
            "The correction has the exponent t: steps are numbered from 1.": lambda theta, g, m, s, t: right(
                theta, g, m, s, t + 1
            ),
            "Divide by the square root of the mean square.": no_root,
            "Add epsilon after the root, and after the correction.": under_the_root,
            "That is a step of gradient descent.": lambda theta, g, m, s, t: theta - 0.1 * g,
        },
        praise="Both means are corrected, then divided.",
    )


def safe_direction(answer: object) -> Verdict:
    """Check a function ``f(g, H)``: Newton's direction if it goes down, and the negative gradient otherwise.

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
    >>> safe_direction(lambda g, H: -np.linalg.solve(H, g))
    Not yet. Where the Hessian is not positive definite, that may go up.
    """

    def newton(g: _Array, H: _Array) -> _Array:
        direction: _Array = -np.linalg.solve(H, g)
        return direction

    def right(g: _Array, H: _Array) -> _Array:
        d = newton(g, H)
        return d if g @ d < 0 else -g

    g = np.array([1.0, 2.0])
    return judge(
        answer,
        right,
        [
            (g, np.array([[2.0, 1.0], [1.0, 3.0]])),
            (g, np.diag([1.0, -1.0])),
            (np.array([1.0, 1.0]), np.diag([1.0, -1.0])),
            (np.array([2.0, 1.0]), np.diag([1.0, -1.0])),
            (np.array([1.0, 1.0]), np.diag([1.0, -0.1])),
            (g, np.array([[1.0, 2.0], [2.0, 1.0]])),
            (np.array([1.0, -0.5]), np.array([[1.0, 2.0], [2.0, 1.0]])),
        ],
        mistakes={
            "Where the Hessian is not positive definite, that may go up.": newton,
            "Newton's direction is wanted where it goes down.": lambda g, H: -g,
            "The sign is wrong: that goes up.": lambda g, H: -right(g, H),
            "A direction orthogonal to the gradient does not go down.": lambda g, H: (
                newton(g, H) if g @ newton(g, H) <= 0 else -g
            ),
        },
        praise="It always goes down.",
    )
