r"""Logistic regression: cost, gradient and Hessian; fits by Newton's method and by gradient descent.

Letters, as in the chapter: ``X`` (n, p) has one example a row, ``y`` (n,) the labels 0 and 1 or probabilities between,
and ``theta`` (p + 1,) the weights, then the intercept. :math:`\sigma` is the logistic function.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mathnn import gradient_descent
from mathnn._validation import FloatArray, float_array, positive_integer, real_number, require_equal, require_finite
from mathnn.activations import logistic
from mathnn.gradient_descent import ConvergenceWarning

# Rows worked on at a time: few enough for the processor's cache, so that a fit needs next to no memory.
_BLOCK_ROWS = 4096
_EPS = float(np.finfo(np.float64).eps)
# Far out on separable data a Newton step moves log-odds by about 1; near a minimum the steps shrink to nothing. These
# tell the two apart, and the moved examples from the others: a rule that the book's ex-small-gradient shows to fail.
_LAST_STEP, _UNMOVED = 0.5, 0.1


def value_and_grad(theta: ArrayLike, X: ArrayLike, y: ArrayLike, *, ridge: float = 0.0) -> tuple[float, FloatArray]:
    r"""Mean cross-entropy of a logistic model with a penalty on the weights, and its gradient.

    .. math:: J(w, b) = \frac1n \sum_{i=1}^n \bigl(\log(1 + e^{z_i}) - y_i z_i\bigr) + \frac\lambda2 \|w\|^2,
       \qquad z = X w + b \mathbf 1

    .. math:: \nabla_w J = \frac1n X^{\mathsf T} (\sigma(z) - y) + \lambda w, \qquad
       \partial_b J = \frac1n \mathbf 1^{\mathsf T} (\sigma(z) - y)

    Parameters
    ----------
    theta : array_like, shape (p + 1,)
        The weights :math:`w`, then the intercept :math:`b`.
    X : array_like, shape (n, p)
        One example a row, n >= 1.
    y : array_like, shape (n,)
        Labels 0 and 1, or probabilities between.
    ridge : float
        The penalty :math:`\lambda \ge 0`; the intercept is not penalised.

    Returns
    -------
    value : float
        The cost.
    gradient : numpy.ndarray, shape (p + 1,)
        Its gradient: for the weights, then for the intercept.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, or an argument is of the wrong kind, out of its range or not finite.

    Notes
    -----
    Book: ``prop-logistic-gradient``.

    Examples
    --------
    >>> value, gradient = value_and_grad([0.0, 0.0], [[1.0], [3.0]], [0, 1])
    >>> print(round(value, 6), gradient)
    0.693147 [-0.5  0. ]
    """
    point, (rows, targets) = _point(theta), _data(X, y)
    penalty = real_number(ridge, "ridge", minimum=0.0)
    require_equal(len(point), "length of theta", rows.shape[1] + 1, "columns of X plus 1")
    found = _cost(point, rows, targets, penalty, intercept=True)
    if not np.isfinite(found.gradient).all():
        require_finite(rows, "X")
        require_finite(found.gradient, "the gradient")
    return found.value, found.gradient.astype(np.result_type(point, rows, targets))


def hessian(theta: ArrayLike, X: ArrayLike, *, ridge: float = 0.0) -> FloatArray:
    r"""Hessian of the cost; the labels do not matter.

    .. math:: H = \frac1n A^{\mathsf T} \operatorname{diag}\bigl(\sigma(z) (1 - \sigma(z))\bigr) A
       + \lambda \operatorname{diag}(1, \dots, 1, 0), \qquad A = [X\ \mathbf 1]

    Parameters
    ----------
    theta, X, ridge
        As for `value_and_grad`.

    Returns
    -------
    numpy.ndarray, shape (p + 1, p + 1)
        The Hessian: symmetric and positive semidefinite.

    Raises
    ------
    TypeError, ValueError
        As `value_and_grad`.

    Notes
    -----
    Book: ``prop-logistic-hessian``.

    Examples
    --------
    >>> print(hessian([0.0, 0.0], [[1.0], [3.0]]))
    [[1.25 0.5 ]
     [0.5  0.25]]
    """
    point, rows = _point(theta), _rows(X)
    penalty = real_number(ridge, "ridge", minimum=0.0)
    require_equal(len(point), "length of theta", rows.shape[1] + 1, "columns of X plus 1")
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.concatenate([_wide(rows[block]) @ point[:-1] for block in _blocks(len(rows))]) + point[-1]
        H = _hessian(rows, z, penalty, intercept=True)
    if not np.isfinite(H).all():
        require_finite(rows, "X")
        require_finite(H, "the Hessian")
    return H.astype(np.result_type(point, rows))


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class LogisticFit:
    r"""A fitted logistic model :math:`P(y = 1 \mid x) = \sigma(w^{\mathsf T} x + b)`.

    Attributes
    ----------
    weights : numpy.ndarray, shape (p,)
        The weights :math:`w`: change of the log-odds for one unit of each feature.
    intercept : float
        The intercept :math:`b`; 0 if the fit was made without one.
    value : float
        The cost at these parameters.
    n_steps : int
        Number of steps done.
    converged : bool
        Whether the gradient at the end is at most `tol`, as `fit` says. That is a rule, no proof of a minimum.
    reason : str
        Why the iteration stopped.
    separating : numpy.ndarray, shape (p + 1,), or None
        Weights and intercept of a hyperplane that separates the classes, if the cost therefore has no minimum.
    """

    weights: FloatArray
    intercept: float
    value: float
    n_steps: int
    converged: bool
    reason: str
    separating: FloatArray | None

    def probabilities(self, X: ArrayLike) -> FloatArray:
        r"""Probability of the label 1, :math:`\sigma(X w + b \mathbf 1)`.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The probabilities.

        Raises
        ------
        TypeError, ValueError
            If `X` is not a finite real matrix with p columns.

        Examples
        --------
        >>> found = fit([[0.0], [0.0], [1.0], [1.0]], [0, 1, 1, 1], ridge=0.1)
        >>> print(found.probabilities([[0.0], [1.0]]).round(3))
        [0.672 0.828]
        """
        return logistic.value(self._log_odds(X))

    def predict(self, X: ArrayLike) -> np.ndarray:
        r"""Label 1 where its probability is at least one half, and 0 elsewhere.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            The labels.

        Raises
        ------
        TypeError, ValueError
            As `probabilities`.
        """
        return (self._log_odds(X) >= 0.0).astype(np.int64)

    def _log_odds(self, X: ArrayLike) -> FloatArray:
        rows = _rows(X)
        require_equal(rows.shape[1], "columns of X", len(self.weights), "columns the model was fitted on")
        with np.errstate(over="ignore", invalid="ignore"):
            z = rows @ self.weights + self.intercept
        require_finite(z, "X @ weights + intercept")
        return z


def fit(
    X: ArrayLike,
    y: ArrayLike,
    *,
    intercept: bool = True,
    ridge: float = 0.0,
    method: Literal["newton", "gradient_descent"] = "newton",
    tol: float = 1e-8,
    max_steps: int | None = None,
) -> LogisticFit:
    r"""Minimise the cost of `value_and_grad` from zero.

    Newton's method solves :math:`H d = \nabla J` and goes to :math:`\theta - t d`, with the first t of 1, 1/2, 1/4, ...
    that gains enough; it is the same as iteratively reweighted least squares. Gradient descent has the step
    :math:`1/L` with :math:`L = \lambda_{\max}(A^{\mathsf T} A) / (4n) + \lambda`, a bound of the Hessian.

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    y : array_like, shape (n,)
        Labels 0 and 1, or probabilities between.
    intercept : bool
        Whether to fit an intercept.
    ridge : float
        The penalty :math:`\lambda \ge 0`.
    method : {"newton", "gradient_descent"}
        How to minimise.
    tol : float
        Stop when the derivative by each weight is at most `tol` times the root mean square of its column, and the one
        by the intercept at most `tol`. So the units of the features do not matter.
    max_steps : int, optional
        The largest number of steps; default 100 for Newton's method, and 10,000 for gradient descent.

    Returns
    -------
    LogisticFit
        The fit.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, there is no row, or an argument is of the wrong kind, out of its range or not finite.

    Warns
    -----
    ConvergenceWarning
        If the data are separable, so that there is no minimum, or the tolerance was not reached.

    Notes
    -----
    Book: ``thm-separable``, ``alg-irls``. With :math:`s_i = 1` for label 1 and -1 for label 0, and no penalty, there is
    no minimum if and only if some :math:`v` has :math:`s_i a_i^{\mathsf T} v \ge 0` for all i, not all zero
    (Silvapulle 1981; for more classes Albert and Anderson 1984; where :math:`0 < y_i < 1` it must be zero). Such a
    :math:`v` is looked for among Newton's steps, checked against the data up to rounding, and returned as
    `separating`: a proof that there is no minimum. Gradient descent finds only :math:`v` for which all these numbers
    are positive. A small gradient, on the other hand, does not prove that there is a minimum (``ex-small-gradient``),
    unless it is small beside the Hessian (``thm-small-gradient``). If there is one and no column depends on the others,
    Newton's method converges to it (``thm-newton-converges``). If columns are linearly dependent there is more than one
    minimum; one of them is returned.

    References
    ----------
    Silvapulle, On the existence of maximum likelihood estimators for the binomial response models (1981).
    Albert and Anderson, On the existence of maximum likelihood estimates in logistic regression models (1984).

    Examples
    --------
    >>> found = fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> print(found.weights.round(4), round(found.intercept, 4), found.converged)
    [0.9082] -1.3623 True
    """
    if not isinstance(intercept, bool):
        raise TypeError(f"intercept must be True or False, got {intercept!r}")
    if method not in ("newton", "gradient_descent"):
        raise ValueError(f'method must be "newton" or "gradient_descent", got {method!r}')
    penalty, tolerance = real_number(ridge, "ridge", minimum=0.0), real_number(tol, "tol", minimum=0.0)
    most = (100 if method == "newton" else 10_000) if max_steps is None else max_steps
    most = positive_integer(most, "max_steps")
    rows, targets = _data(X, y)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        # At zero all examples have the same weight 1/4: four times the Hessian has the mean squares of the columns.
        H = _hessian(rows, np.zeros(len(rows)), 0.0, intercept)
        squares = 4.0 * np.diag(H)[: rows.shape[1]]
        if not np.isfinite(H).all() or ((squares > 0.0) & (squares < 1e-200)).any():
            require_finite(rows, "X")
            raise ValueError("X must have columns whose squares neither overflow nor underflow; multiply them by 2**k")
        units = np.append(np.sqrt(squares), np.ones(int(intercept)))
        minimise = _newton if method == "newton" else _descend
        end = minimise(rows, targets, penalty, H, units, tolerance * units, most)
    if not end.converged:
        warnings.warn(f"logistic regression did not converge: {end.reason}", ConvergenceWarning, stacklevel=2)
    dtype, p = np.result_type(rows, targets), rows.shape[1]
    separating = None if end.separating is None else np.append(end.separating, np.zeros(p + 1 - len(end.separating)))
    b = float(end.theta[p]) if intercept else 0.0
    return LogisticFit(end.theta[:p].astype(dtype), b, end.value, end.n_steps, end.converged, end.reason, separating)


class _Cost(NamedTuple):
    """The cost at a point, its gradient, and the log-odds of all examples."""

    value: float
    gradient: FloatArray
    z: FloatArray


class _End(NamedTuple):
    """Where an iteration stopped."""

    theta: FloatArray
    value: float
    n_steps: int
    converged: bool
    reason: str
    separating: FloatArray | None


def _newton(
    rows: FloatArray, y: FloatArray, ridge: float, H: FloatArray, units: FloatArray, tol: FloatArray, most: int
) -> _End:
    intercept = len(units) > rows.shape[1]
    theta: FloatArray = np.zeros(len(units))
    moved: FloatArray = np.zeros(len(units))
    now = _cost(theta, rows, y, ridge, intercept)
    z_before = now.z
    # The Hessian at zero is known but for the penalty.
    H = H + np.diag(_penalties(rows, ridge, intercept))
    for step in range(most + 1):
        flat = bool((np.abs(now.gradient) <= tol).all())
        if flat and np.abs(now.z - z_before).max() <= _LAST_STEP:
            return _End(theta, now.value, step, True, "the gradient is at most tol", None)
        separating = _separating(theta, rows, y, now.z, ridge, intercept)
        if separating is None and (flat or step == most) and not ridge:
            separating = _quasi_separating(moved, rows, y, intercept)
        if separating is not None:
            return _End(theta, now.value, step, False, _SEPARABLE, separating)
        if step == most:
            break
        if step:
            H = _hessian(rows, now.z, ridge, intercept)
        direction = _solve(H, now.gradient, units)
        t, gain = 1.0, float(now.gradient @ direction)
        # The last term is rounding: at the minimum no step gains, and the smallest one is as good as any.
        while (there := _cost(theta - t * direction, rows, y, ridge, intercept)).value > (
            now.value - 1e-4 * t * gain + 1e-14 * abs(now.value)
        ) and t > 1e-10:
            t *= 0.5
        moved, z_before = -t * direction, now.z
        theta, now = theta + moved, there
    return _End(theta, now.value, most, False, f"max_steps = {most} steps are done", None)


def _descend(
    rows: FloatArray, y: FloatArray, ridge: float, H: FloatArray, units: FloatArray, tol: FloatArray, most: int
) -> _End:
    intercept = len(units) > rows.shape[1]
    now = _cost(np.zeros(len(units)), rows, y, ridge, intercept)

    def cost(theta: FloatArray) -> tuple[float, FloatArray]:
        nonlocal now
        now = _cost(theta, rows, y, ridge, intercept)
        return now.value, now.gradient

    def stop(step: int, theta: FloatArray, value: float) -> bool:
        flat = bool((np.abs(now.gradient) <= tol).all())
        return flat or _separating(theta, rows, y, now.z, ridge, intercept) is not None

    L = float(np.linalg.eigvalsh(H).max(initial=0.0)) + ridge
    rule = gradient_descent.gradient_descent(1.0 / L if L > 0.0 else 1.0)
    found = gradient_descent.minimize(cost, np.zeros(len(units)), rule, n_steps=most, callback=stop)
    separating = _separating(found.theta, rows, y, now.z, ridge, intercept)
    converged = separating is None and bool((np.abs(found.gradient) <= tol).all())
    reason = "the gradient is at most tol" if converged else found.reason if separating is None else _SEPARABLE
    return _End(found.theta, found.value, found.n_steps, converged, reason, separating)


_SEPARABLE = (
    "the classes are separable by a hyperplane, so the cost has no minimum; use a penalty ridge > 0, or more data"
)


def _separating(
    theta: FloatArray, rows: FloatArray, y: FloatArray, z: FloatArray, ridge: float, intercept: bool
) -> FloatArray | None:
    """Return the point itself as a direction, if its hyperplane has every example strictly on its side."""
    if ridge:
        # The weights are held back, but the intercept is not: it runs away if there is one class only.
        one_class = intercept and float(y[0]) in (0.0, 1.0) and bool((y == y[0]).all())
        return np.append(np.zeros(rows.shape[1]), 2.0 * y[0] - 1.0) if one_class else None
    signs = _signs(y)
    if not (signs * z > 0.0).all():
        return None
    A, units = _unit_columns(rows, intercept)
    return _certificate(theta * units, A, units, signs, np.zeros(len(A), dtype=bool))


def _quasi_separating(moved: FloatArray, rows: FloatArray, y: FloatArray, intercept: bool) -> FloatArray | None:
    """Return the last step as a direction, if no example is on the wrong side of it and some are on the right one."""
    A, units = _unit_columns(rows, intercept)
    direction, signs = moved * units, _signs(y)
    log_odds = np.abs(A @ direction)
    if not log_odds.max() > _LAST_STEP:
        return None
    # The examples that hardly moved lie on the hyperplane, if there is one: turn it into them.
    on = (log_odds <= _UNMOVED) | (signs == 0.0)
    direction = direction - np.linalg.lstsq(A[on], A[on] @ direction, rcond=None)[0]
    return None if on.all() else _certificate(direction, A, units, signs, on)


def _certificate(
    direction: FloatArray, A: FloatArray, units: FloatArray, signs: FloatArray, on: np.ndarray
) -> FloatArray | None:
    """Return the direction if the examples `on` lie on its hyperplane up to rounding, and all others strictly right."""
    margins = signs * (A @ direction)
    # Some slack for the turning of the hyperplane, a least-squares problem with as many unknowns.
    rounding = 100.0 * len(units) * _EPS * np.abs(A).sum(axis=1) * np.abs(direction).max()
    if not np.where(on, np.abs(A @ direction) <= rounding, margins > rounding).all():
        return None
    v = direction / units
    result: FloatArray = v / np.abs(v).max()
    return result


def _signs(y: FloatArray) -> FloatArray:
    """Return 1 for label 1, -1 for label 0, and 0 for probabilities between, whose log-odds may not run away."""
    return np.where(y == 1.0, 1.0, np.where(y == 0.0, -1.0, 0.0))


def _unit_columns(rows: FloatArray, intercept: bool) -> tuple[FloatArray, FloatArray]:
    """Return the design matrix with columns divided by their largest entries, and these (1 for a column of zeros)."""
    A = _wide(rows)
    A = np.column_stack([A, np.ones(len(A))]) if intercept else A
    units = np.abs(A).max(axis=0)
    units[units == 0.0] = 1.0
    return A / units, units


def _solve(H: FloatArray, gradient: FloatArray, units: FloatArray) -> FloatArray:
    """Solve H d = gradient in the units of the columns; for a singular H the shortest d."""
    scale = np.where(units > 0.0, units, 1.0)
    scaled, right = H / scale / scale[:, None], gradient / scale
    try:
        L = np.linalg.cholesky(scaled)
        if np.diag(L).min() > 1e-6 * np.diag(L).max():
            solution: FloatArray = np.linalg.solve(L.T, np.linalg.solve(L, right)) / scale
            return solution
    except np.linalg.LinAlgError:
        pass
    eigenvalues, vectors = np.linalg.eigh(scaled)
    kept = eigenvalues > 10.0 * len(units) * _EPS * eigenvalues[-1]
    shortest: FloatArray = vectors[:, kept] @ ((vectors[:, kept].T @ right) / eigenvalues[kept]) / scale
    return shortest


def _cost(theta: FloatArray, rows: FloatArray, y: FloatArray, ridge: float, intercept: bool) -> _Cost:
    n, p = rows.shape
    w, b = theta[:p], theta[p] if intercept else 0.0
    z, gradient, total = np.empty(n), np.zeros(len(theta)), 0.0
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for block in _blocks(n):
            x = _wide(rows[block])
            log_odds = x @ w + b
            z[block] = log_odds
            e = np.exp(-np.abs(log_odds))
            # log(1 + e^z) - y z, without cancellation for the labels 0 and 1.
            total += float((np.log1p(e) + (np.maximum(log_odds, 0.0) - y[block] * log_odds)).sum())
            error = np.where(log_odds >= 0.0, 1.0, e) / (1.0 + e) - y[block]
            gradient[:p] += error @ x
            gradient[p:] += error.sum()
        penalties = _penalties(rows, ridge, intercept)
        value = total / n + 0.5 * float(penalties @ (theta * theta))
        return _Cost(value, gradient / n + penalties * theta, z)


def _hessian(rows: FloatArray, z: FloatArray, ridge: float, intercept: bool) -> FloatArray:
    n, p = rows.shape
    H = np.zeros((p + intercept, p + intercept))
    e = np.exp(-np.abs(z))
    # The root of sigma (1 - sigma): both factors of the product get it, so the product is symmetric.
    root = np.sqrt(e) / (1.0 + e)
    buffer = np.empty((min(_BLOCK_ROWS, n), p + intercept))
    for block in _blocks(n):
        weighted = buffer[: len(root[block])]
        np.multiply(rows[block], root[block, None], out=weighted[:, :p])
        weighted[:, p:] = root[block, None]
        H += weighted.T @ weighted
    result: FloatArray = H / n + np.diag(_penalties(rows, ridge, intercept))
    return result


def _penalties(rows: FloatArray, ridge: float, intercept: bool) -> FloatArray:
    return np.append(np.full(rows.shape[1], ridge), np.zeros(int(intercept)))


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK_ROWS) for start in range(0, n, _BLOCK_ROWS))


def _wide(block: FloatArray) -> FloatArray:
    return block.astype(np.float64, copy=False)


def _rows(X: ArrayLike) -> FloatArray:
    rows = float_array(X, "X", "(n, p)")
    if not len(rows):
        raise ValueError(f"X must have at least one row, got shape {rows.shape}")
    return rows


def _point(theta: ArrayLike) -> FloatArray:
    point = float_array(theta, "theta", "(p + 1,)")
    require_finite(point, "theta")
    return point


def _data(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    rows, targets = _rows(X), float_array(y, "y", "(n,)")
    require_equal(len(targets), "length of y", len(rows), "rows of X", "pass one label for each example")
    outside = ~((targets >= 0.0) & (targets <= 1.0))
    if outside.any():
        raise ValueError(f"y must be in [0, 1], labels or probabilities, got {targets[outside][0]}; recode the labels")
    return rows, targets
