"""Derivatives by numbers: what a formula for a gradient is checked against."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import (
    FloatArray,
    float_array,
    real_number,
    require_finite,
    require_generator,
)

_EPS = float(np.finfo(np.float64).eps)


def numerical_gradient(f: Callable[[FloatArray], float], x: ArrayLike, *, step: float | None = None) -> FloatArray:
    r"""Gradient of a real function by central differences.

    .. math:: \partial_j f(x) \approx \frac{f(x + h_j e_j) - f(x - h_j e_j)}{2 h_j}

    The error is :math:`O(h^2)` from Taylor's formula plus :math:`O(\varepsilon |f| / h)` from rounding; the
    default step :math:`h_j = \varepsilon^{1/3} \max(1, |x_j|)` balances the two.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` and returns a real number. It gets a copy at every call.
    x : array_like, any shape
        The point. Computed in float64 whatever its dtype: differences in float32 lose half of few digits.
    step : float, optional
        Use this step :math:`h` for every coordinate.

    Returns
    -------
    numpy.ndarray, shape of `x`
        The approximate gradient, float64.

    Raises
    ------
    TypeError
        If `x` is not real, or `f` returns something else than a real number.
    ValueError
        If `x`, a value of `f` or a quotient is not finite, `f` returns an array, or `step` is lost in rounding `x`.

    See Also
    --------
    complex_step_gradient : exact to rounding, for analytic functions.
    check_gradient : compares a formula with this.

    Notes
    -----
    Book: ``prop-differences``. Used by the checks of every chapter. It costs two values of `f` a coordinate.

    Examples
    --------
    >>> print(numerical_gradient(lambda x: x[0] * x[1] ** 2, [3.0, 2.0]).round(6))
    [ 4. 12.]
    """
    point = _point(x)
    return _central_differences(lambda z: np.asarray(_scalar(f(z))), point, step).reshape(point.shape)


def numerical_jacobian(f: Callable[[FloatArray], ArrayLike], x: ArrayLike, *, step: float | None = None) -> FloatArray:
    r"""Jacobian of a map by central differences.

    .. math:: J_{ij} = \partial_j f_i(x) \approx \frac{f_i(x + h_j e_j) - f_i(x - h_j e_j)}{2 h_j}

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` and returns an array of one fixed shape.
    x : array_like, any shape
        The point.
    step : float, optional
        Step for every coordinate; default as in `numerical_gradient`.

    Returns
    -------
    numpy.ndarray, shape of ``f(x)`` followed by the shape of `x`
        The approximate Jacobian, float64. For the gradient of a function it is the Hessian.

    Raises
    ------
    TypeError, ValueError
        As `numerical_gradient`; and if `f` returns arrays of several shapes.

    Notes
    -----
    Book: ``prop-differences``.

    Examples
    --------
    >>> print(numerical_jacobian(lambda x: [x[0] + x[1], x[0] * x[1]], [3.0, 2.0]).round(6))
    [[1. 1.]
     [2. 3.]]
    """
    point = _point(x)
    value = _finite_array(f(point.copy()))
    columns = _central_differences(lambda z: _finite_array(f(z)), point, step)
    if point.size and columns.shape[1:] != value.shape:
        raise ValueError(f"f must return one shape everywhere, got {value.shape} and {columns.shape[1:]}")
    return np.moveaxis(columns, 0, -1).reshape(value.shape + point.shape)


def complex_step_gradient(f: Callable[[np.ndarray], complex], x: ArrayLike, *, step: float = 1e-30) -> FloatArray:
    r"""Gradient of an analytic function by a step in the imaginary direction.

    .. math:: \partial_j f(x) \approx \operatorname{Im} f(x + i h e_j) / h

    Nothing is subtracted, so nothing cancels: with :math:`h = 10^{-30}` the error is that of one evaluation of `f`.

    Parameters
    ----------
    f : callable
        Real on real points, written with operations that NumPy carries out in complex numbers (no ``abs``,
        ``max``, comparisons or conjugates).
    x : array_like, any shape
        The point.
    step : float
        The step :math:`h`; its square must underflow against the values.

    Returns
    -------
    numpy.ndarray, shape of `x`
        The gradient, float64.

    Raises
    ------
    TypeError
        If `f` drops the imaginary part and returns a real number: the result would be a wrong zero.
    ValueError
        If `x` or a value is not finite, or `step` is not positive.

    Notes
    -----
    Book: ``prop-complex-step``; Squire and Trapp, SIAM Review 40 (1998).

    Examples
    --------
    >>> print(complex_step_gradient(lambda x: np.exp(x[0]) * x[1], [0.0, 2.0]))
    [2. 1.]
    """
    point = _point(x)
    h = real_number(step, "step", minimum=0.0, strict=True)
    gradient = np.empty(point.size)
    for j in range(point.size):
        moved = point.astype(np.complex128)
        moved.flat[j] += 1j * h
        value = np.asarray(f(moved))
        if value.dtype.kind != "c":
            raise TypeError(
                f"f must return a complex number at a complex point, got dtype {value.dtype}; "
                "it is not analytic as written: use numerical_gradient"
            )
        if value.shape != ():
            raise ValueError(f"f must return one number, got an array of shape {value.shape}")
        if not np.isfinite(value):
            raise ValueError(f"f must be finite near x, got {value}; move x into the domain of f")
        gradient[j] = value.imag / h
    return gradient.reshape(point.shape)


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class GradientCheck:
    """What `check_gradient` found; true in a condition if and only if the check passed.

    Attributes
    ----------
    passed : bool
        Whether `error` is at most the tolerance.
    error : float
        Largest difference of a coordinate, divided by the largest entry of either gradient.
    index : tuple of int
        The coordinate of the largest difference.
    formula, numerical : numpy.ndarray
        The two gradients.
    """

    passed: bool
    error: float
    index: tuple[int, ...]
    formula: FloatArray
    numerical: FloatArray

    def __bool__(self) -> bool:
        """Return `passed`, so that ``assert check_gradient(...)`` can fail."""
        return self.passed


def check_gradient(
    f: Callable[[FloatArray], float],
    gradient: Callable[[FloatArray], ArrayLike],
    x: ArrayLike,
    *,
    rtol: float = 1e-6,
    step: float | None = None,
) -> GradientCheck:
    r"""Compare a formula for the gradient with central differences, in every coordinate.

    .. math:: \text{error} = \frac{\max_j |g_j - \tilde g_j|}{\max(\max_j |g_j|, \max_j |\tilde g_j|)}

    where :math:`g` is the formula's value and :math:`\tilde g` that of `numerical_gradient`.

    Parameters
    ----------
    f, gradient : callable
        The function and the formula to be checked. The formula returns an array of the shape of `x`.
    x : array_like, any shape
        The point, not a critical one.
    rtol : float
        Largest error that passes.
    step : float, optional
        Step of the differences.

    Returns
    -------
    GradientCheck
        The verdict, the error, where it is largest, and both gradients.

    Raises
    ------
    ValueError
        If `x` is empty, the formula returns another shape than that of `x`, or both gradients are zero up to
        rounding: in such a case the check could not fail.
    TypeError
        As `numerical_gradient`.

    Notes
    -----
    A factor 1.01, a sign or a transpose in the formula is seen at almost every point; a mistake that vanishes at `x` is
    not. Take a random point. Book: ``prop-differences``, ``prop-taylor-test``.

    Examples
    --------
    >>> check_gradient(lambda x: x @ x, lambda x: 2 * x, [1.0, -2.0]).passed
    True
    >>> check_gradient(lambda x: x @ x, lambda x: x, [1.0, -2.0]).passed
    False
    """
    point = _point(x)
    tolerance = real_number(rtol, "rtol", minimum=0.0, strict=True)
    formula = _formula(gradient, point)
    numerical = numerical_gradient(f, point, step=step)
    scale = float(max(np.max(np.abs(formula)), np.max(np.abs(numerical))))
    rounding = _EPS * abs(_scalar(f(point.copy()))) / float(np.min(_steps(point, step)))
    if scale <= 1e3 * rounding:
        raise ValueError(
            "x must not be a critical point of f: both gradients are zero there up to rounding, "
            "so the check could not fail; take another point"
        )
    # Divided first: the difference of two large numbers may overflow.
    difference = np.abs(formula / scale - numerical / scale)
    index = np.unravel_index(int(np.argmax(difference)), point.shape)
    error = float(difference[index])
    return GradientCheck(error <= tolerance, error, tuple(int(i) for i in index), formula, numerical)


def taylor_slope(
    f: Callable[[FloatArray], float],
    gradient: Callable[[FloatArray], ArrayLike],
    x: ArrayLike,
    *,
    rng: np.random.Generator,
) -> float:
    r"""Order at which the first Taylor remainder vanishes, along one random direction.

    With a random unit vector :math:`v`, the slope of :math:`\log R(t)` against :math:`\log t`, where

    .. math:: R(t) = |f(x + t v) - f(x) - t \langle g(x), v \rangle| .

    It is 2 for the gradient of a function with continuous second derivatives, and 1 for a formula whose error along v
    is large compared with the curvature times the steps.

    Parameters
    ----------
    f, gradient : callable
        The function and the formula to be checked.
    x : array_like, any shape
        The point.
    rng : numpy.random.Generator
        Draws the direction.

    Returns
    -------
    float
        The fitted slope; ``inf`` if every remainder is zero up to rounding, as for an affine function.

    Raises
    ------
    TypeError, ValueError
        As `check_gradient`: at a critical point both remainders are of order 2.

    Notes
    -----
    The steps are :math:`2^{-3}, \dots, 2^{-14}`; remainders below a thousand roundings are left out. A curvature that
    vanishes along every direction, as at a cubic's inflection, gives 3. Book: ``prop-taylor-test``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> f = lambda x: np.sin(x[0]) * x[1]
    >>> right = lambda x: np.array([np.cos(x[0]) * x[1], np.sin(x[0])])
    >>> round(taylor_slope(f, right, [1.0, 2.0], rng=rng), 1)
    2.0
    >>> round(taylor_slope(f, lambda x: 1.01 * right(x), [1.0, 2.0], rng=rng), 1)
    1.0
    """
    require_generator(rng)
    point = _point(x)
    formula = _formula(gradient, point)
    direction = rng.standard_normal(point.shape)
    direction /= np.linalg.norm(direction)
    steps = 2.0 ** -np.arange(3, 15)
    start = _scalar(f(point.copy()))
    slope = float(np.sum(formula * direction))
    values = np.array([_scalar(f(point + t * direction)) for t in steps])
    remainder = np.abs(values - start - steps * slope)
    usable = remainder > 1e3 * _EPS * np.maximum(np.abs(values), abs(start))
    if int(usable.sum()) < 3:
        return math.inf
    # The smallest usable steps show the order best: there the next term of Taylor's formula is smallest.
    smallest = np.flatnonzero(usable)[-4:]
    order = float(np.polyfit(np.log(steps[smallest]), np.log(remainder[smallest]), 1)[0])
    if order > 1.5 and np.max(np.abs(formula)) * steps[0] <= 1e3 * _EPS * np.max(np.abs(values)):
        raise ValueError(
            "x must not be a critical point of f: there a multiple of the gradient gives 2 as well; take another point"
        )
    return order


def _point(x: ArrayLike) -> FloatArray:
    """Return the point as a fresh float64 array, or raise if it is not finite."""
    point = float_array(x, "x").astype(np.float64)
    require_finite(point, "x")
    return point


def _finite_array(value: ArrayLike, name: str = "f(x)") -> FloatArray:
    array = float_array(value, name).astype(np.float64)
    require_finite(array, name)
    return array


def _formula(gradient: Callable[[FloatArray], ArrayLike], point: FloatArray) -> FloatArray:
    """Return what the formula gives, or raise unless it has the shape of the point, and that a coordinate."""
    formula = _finite_array(gradient(point.copy()), "gradient(x)")
    if formula.shape != point.shape:
        raise ValueError(f"gradient(x) must have the shape of x, got {formula.shape} and {point.shape}")
    if point.size == 0:
        raise ValueError(f"x must have at least one coordinate, got shape {point.shape}; there is nothing to check")
    return formula


def _scalar(value: ArrayLike) -> float:
    array = _finite_array(value)
    if array.shape != ():
        raise ValueError(
            f"f(x) must be one number, got an array of shape {array.shape}; sum it, or use numerical_jacobian"
        )
    return float(array)


def _steps(point: FloatArray, step: float | None) -> FloatArray:
    if step is None:
        steps: FloatArray = np.maximum(1.0, np.abs(point)) * _EPS ** (1 / 3)
        return steps
    return np.full(point.shape, real_number(step, "step", minimum=0.0, strict=True))


def _central_differences(f: Callable[[FloatArray], FloatArray], point: FloatArray, step: float | None) -> FloatArray:
    """Row j is the difference quotient of `f` along the j-th coordinate."""
    rows: list[FloatArray] = []
    for j, h in enumerate(_steps(point, step).flat):
        up, down = point.copy(), point.copy()
        with np.errstate(over="ignore"):
            up.flat[j] += h
            down.flat[j] -= h
            # The step that was really taken after rounding; taken here, as f may change its argument.
            width = float(up.flat[j] - down.flat[j])
        if not 0.0 < width < math.inf:
            raise ValueError(
                f"step must move x within floating-point numbers, got step {h:g} at x = {point.flat[j]:g}; "
                "take another step, or rescale x"
            )
        above, below = f(up), f(down)
        if above.shape != below.shape or (rows and above.shape != rows[0].shape):
            raise ValueError(f"f must return one shape everywhere, got {above.shape} and {below.shape}")
        with np.errstate(over="ignore"):
            rows.append((above - below) / width)
        require_finite(rows[-1], "the difference quotient of f")
    return np.asarray(rows, dtype=np.float64)
