"""Checkers for the exercises of the chapter on calculus."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_A = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 4.0], [2.5, 0.7, 0.2]])
_X = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 4.0], [2.5, 0.7, 0.2], [-1.0, 0.4, 0.9]])
_W = np.array([[0.5, -1.0], [2.0, 0.3], [1.5, 0.8]])
_Y = np.array([[1.0, 0.0], [-2.0, 0.5], [0.7, 3.0], [0.2, -0.4]])


def polar_jacobian(answer: object) -> Verdict:
    """Check a function ``f(r, phi)``: the Jacobian of polar coordinates.

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
    >>> polar_jacobian(lambda r, phi: np.array([[np.cos(phi), np.sin(phi)], [-r * np.sin(phi), r * np.cos(phi)]]))
    Not yet. That is the transpose: rows are the components of the map, columns the variables.
    """

    def right(r: float, phi: float) -> _Array:
        return np.array([[np.cos(phi), -r * np.sin(phi)], [np.sin(phi), r * np.cos(phi)]])

    return judge(
        answer,
        right,
        [(2.0, 0.7), (0.5, -1.9)],
        mistakes={
            "That is the transpose: rows are the components of the map, columns the variables.": lambda r, phi: (
                right(r, phi).T
            ),
            "The derivative in the angle has the factor r.": lambda r, phi: right(1.0, phi),
            "The derivative of the cosine is minus the sine.": lambda r, phi: (
                right(r, phi) * np.array([[1.0, -1.0], [1.0, 1.0]])
            ),
        },
        praise="One row for each component, one column for each variable.",
    )


def quadratic_gradient(answer: object) -> Verdict:
    """Check a function ``f(A, x)``: the gradient of the quadratic form of a matrix that need not be symmetric.

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
    >>> quadratic_gradient(lambda A, x: 2 * A @ x)
    Not yet. That is right for symmetric A only.
    """
    return judge(
        answer,
        lambda A, x: (A + A.T) @ x,
        [(_A, np.array([1.0, -2.0, 0.5])), (_A[:2, :2], np.array([3.0, 1.0]))],
        mistakes={
            "That is right for symmetric A only.": lambda A, x: 2 * A @ x,
            "Both copies of x move: two terms, not one.": lambda A, x: A @ x,
            "Both copies of x move: this is one of the two terms.": lambda A, x: A.T @ x,
            "There is no factor one half in the function.": lambda A, x: (A + A.T) @ x / 2,
        },
        praise="(A + A^T) x.",
    )


def slope_on_circle(answer: object) -> Verdict:
    """Check a function ``f(A, t)``: the derivative of half a quadratic form along the unit circle.

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
    >>> slope_on_circle(lambda A, t: np.array([np.cos(t), np.sin(t)]) @ A @ np.array([np.cos(t), np.sin(t)]))
    Not yet. The second factor must be the velocity of the curve, not its point.
    """

    def point(t: float) -> _Array:
        return np.array([np.cos(t), np.sin(t)])

    def velocity(t: float) -> _Array:
        return np.array([-np.sin(t), np.cos(t)])

    matrices = [np.array([[2.0, 1.0], [1.0, -3.0]]), np.array([[0.5, -0.7], [-0.7, 4.0]])]
    return judge(
        answer,
        lambda A, t: velocity(t) @ A @ point(t),
        [(matrices[0], 0.4), (matrices[1], 2.0)],
        mistakes={
            "The gradient of half the form is A x, without a 2.": lambda A, t: 2 * velocity(t) @ A @ point(t),
            "The second factor must be the velocity of the curve, not its point.": lambda A, t: point(t) @ A @ point(t),
            "The gradient has to be taken at the point f(t).": lambda A, t: velocity(0.0) @ A @ point(0.0),
            "The sign of the velocity is wrong: the derivative of the cosine is minus the sine.": lambda A, t: (
                -velocity(t) @ A @ point(t)
            ),
        },
        praise="The gradient at the point, times the velocity.",
    )


def matrix_gradient(answer: object) -> Verdict:
    """Check a function ``f(X, W, Y)``: the gradient of the mean squared residual in the matrix W.

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
    >>> matrix_gradient(lambda X, W, Y: 2 * X.T @ (X @ W - Y))
    Not yet. The function has the factor 1/n, so its gradient has it too.
    """

    def right(X: _Array, W: _Array, Y: _Array) -> _Array:
        return 2 / len(X) * X.T @ (X @ W - Y)

    return judge(
        answer,
        right,
        [(_X, _W, _Y), (_X[:3], _W, _Y[:3])],
        mistakes={
            "The function has the factor 1/n, so its gradient has it too.": lambda X, W, Y: 2 * X.T @ (X @ W - Y),
            "The derivative of a square has a factor 2.": lambda X, W, Y: X.T @ (X @ W - Y) / len(X),
            "The sign is wrong: that is the direction of descent.": lambda X, W, Y: -right(X, W, Y),
            "Divide by the number of rows only.": lambda X, W, Y: 2 * X.T @ (X @ W - Y) / Y.size,
        },
        praise="X^T times the gradient with respect to XW.",
    )


def normalising_vjp(answer: object) -> Verdict:
    """Check a function ``f(x, u)``: the VJP of the map that divides a vector by its norm.

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
    >>> normalising_vjp(lambda x, u: u / np.linalg.norm(x))
    Not yet. The norm in the denominator moves as well: subtract the part of u along x.
    """

    def right(x: _Array, u: _Array) -> _Array:
        unit = x / np.linalg.norm(x)
        result: _Array = (u - (unit @ u) * unit) / np.linalg.norm(x)
        return result

    return judge(
        answer,
        right,
        [(np.array([1.0, -2.0, 2.0]), np.array([0.5, 1.0, 3.0])), (np.array([0.3, 0.4]), np.array([2.0, -1.0]))],
        mistakes={
            "The norm in the denominator moves as well: subtract the part of u along x.": lambda x, u: (
                u / np.linalg.norm(x)
            ),
            "The projection is right; divide by the norm of x.": lambda x, u: right(x, u) * np.linalg.norm(x),
            "The part along x must be subtracted with the unit vector, not with x.": lambda x, u: (
                (u - (x @ u) * x) / np.linalg.norm(x)
            ),
            "That is the map itself, not its derivative.": lambda x, u: x / np.linalg.norm(x),
        },
        praise="Project on the hyperplane orthogonal to x, and divide by the length.",
    )


def coordinate_descent_direction(answer: object) -> Verdict:
    """Check a function ``f(g)``: the direction of steepest descent for the sum norm.

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
    >>> coordinate_descent_direction(lambda g: -np.sign(g))
    Not yet. That is the direction for the maximum norm.
    """

    def right(g: _Array) -> _Array:
        u = np.zeros_like(g)
        j = int(np.abs(g).argmax())
        u[j] = -np.sign(g[j])
        return u

    def signed(g: _Array) -> _Array:
        u = np.zeros_like(g)
        u[int(g.argmax())] = -1.0
        return u

    return judge(
        answer,
        right,
        [(np.array([1.0, -3.0]),), (np.array([0.5, 2.0, -0.7, 1.0]),), (np.array([-4.0, 1.0, 2.0]),)],
        mistakes={
            "That is the direction of ascent.": lambda g: -right(g),
            "That is the direction for the Euclidean norm.": lambda g: -g / np.linalg.norm(g),
            "That is the direction for the maximum norm.": lambda g: -np.sign(g),
            "The right coordinate, but the step must have norm 1.": lambda g: np.abs(g).max() * right(g),
            "Take the largest absolute value: a very negative partial derivative counts as well.": signed,
        },
        praise="One coordinate, against the sign of its partial derivative.",
    )


def complex_step(answer: object) -> Verdict:
    """Check a function ``derivative(f, x)``: 13 digits of the derivative of a function that takes complex numbers.

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
    >>> complex_step(lambda f, x: f(x + 1e-3j).imag / 1e-3)
    Not yet. The step is so large that its square is seen: nothing cancels, so take a much smaller one.
    """

    def right(f: Any, x: float) -> float:
        return float(np.imag(f(x + 1e-30j)) / 1e-30)

    def trapp(x: Any) -> Any:
        return np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)

    def large(f: Any, x: float) -> float:
        return float(np.imag(f(x + 1e-3j)) / 1e-3)

    verdict = judge(
        answer,
        right,
        [(trapp, 1.5), (np.exp, -0.4), (np.cos, 1.0), (lambda x: x**3 / (1 + x**2), 2.0)],
        mistakes={
            "The step is so large that its square is seen: nothing cancels, so take a much smaller one.": large,
            "Take the imaginary part: the real part is the value of f.": lambda f, x: float(
                np.real(f(x + 1e-30j)) / 1e-30
            ),
            "Divide by the step.": lambda f, x: float(np.imag(f(x + 1e-30j))),
            "A derivative has a sign.": lambda f, x: abs(right(f, x)),
        },
        praise="Nothing is subtracted, so nothing cancels.",
        rtol=1e-13,
    )
    if (
        not verdict.correct
        and judge(answer, right, [(trapp, 1.5), (np.cos, 1.0)], mistakes={}, praise="", rtol=1e-6).correct
    ):
        known = verdict.message.startswith("The step")
        return (
            verdict
            if known
            else Verdict(False, "Right, but not to 13 digits: a difference cancels, or the step is too large.")
        )
    return verdict


def blind_test(answer: object) -> Verdict:
    """Check a function ``f(c, v)``: what the Taylor test along v sees of an error c of the gradient.

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
    >>> blind_test(lambda c, v: np.linalg.norm(c))
    Not yet. The test sees one direction only: an error orthogonal to v has the limit 0.
    """
    v = np.array([0.6, 0.8])
    return judge(
        answer,
        lambda c, v: abs(c @ v),
        [(np.array([1.0, -3.0]), v), (np.array([0.8, -0.5]), v), (np.array([0.2, 0.1]), v[::-1].copy())],
        mistakes={
            "The remainder has an absolute value.": lambda c, v: c @ v,
            "The test sees one direction only: an error orthogonal to v has the limit 0.": lambda c, v: np.linalg.norm(
                c
            ),
            "That is the square of the limit.": lambda c, v: (c @ v) ** 2,
        },
        praise="The component of the error along v. It is blind for every c orthogonal to v.",
    )


def continuity_radius(answer: object) -> Verdict:
    """Check a function ``delta(M, m, eps)``: a radius of continuity for partial derivatives bounded by M.

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
    >>> continuity_radius(lambda M, m, eps: eps / (M * m))
    Not yet. That is small enough, but not the largest: compare the sum norm with the Euclidean one.
    """
    return judge(
        answer,
        lambda M, m, eps: eps / (M * np.sqrt(m)),
        [(2.0, 3, 0.1), (0.7, 16, 0.3), (5.0, 1, 2.0)],
        mistakes={
            "That is small enough, but not the largest: compare the sum norm with the Euclidean one.": (
                lambda M, m, eps: eps / (M * m)
            ),
            "The steps along the axes add up: M times the sum of the coordinates moves f by more.": (
                lambda M, m, eps: eps / M
            ),
            "The longer the way along the axes, the smaller the radius: divide by the root of m.": (
                lambda M, m, eps: eps * np.sqrt(m) / M
            ),
            "The steeper f may be, the smaller the radius: divide by M.": lambda M, m, eps: eps * M / np.sqrt(m),
        },
        praise="The sum norm is at most the root of m times the Euclidean norm, and M times the sum of x attains it.",
    )
