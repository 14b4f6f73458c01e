r"""Linear regression: least squares by the normal equations, by QR and by the singular value decomposition.

Letters, as in the chapter: ``X`` (n, p) has one example a row, ``y`` (n,) the targets, ``A`` (n, d) is a design matrix,
usually ``[X 1]`` with d = p + 1, and ``beta`` (d,) its coefficients: the weights, then the intercept.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_equal,
    require_finite,
)

# Rows worked on at a time: few enough for the processor's cache, so that a fit needs next to no memory.
_BLOCK_ROWS = 4096
_EPS = float(np.finfo(np.float64).eps)


def design_matrix(X: ArrayLike) -> FloatArray:
    r"""Append a column of ones, so that the intercept becomes the last coefficient.

    .. math:: A = [X\ \mathbf 1] \in \mathbb R^{n \times (p+1)}, \qquad A \binom{w}{b} = X w + b \mathbf 1

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.

    Returns
    -------
    numpy.ndarray, shape (n, p + 1)
        The design matrix, in the dtype of `X`.

    Raises
    ------
    TypeError
        If `X` is not real.
    ValueError
        If `X` is not a matrix.

    Notes
    -----
    Book: ``prop-augmented-design``.

    Examples
    --------
    >>> print(design_matrix([[1.0, 2.0], [3.0, 4.0]]))
    [[1. 2. 1.]
     [3. 4. 1.]]
    """
    rows = float_array(X, "X", "(n, p)")
    A = np.ones((rows.shape[0], rows.shape[1] + 1), dtype=rows.dtype)
    A[:, :-1] = rows
    return A


def rss(beta: ArrayLike, A: ArrayLike, y: ArrayLike) -> float:
    r"""Residual sum of squares.

    .. math:: \mathrm{RSS}(\beta) = \sum_{i=1}^n (a_i^{\mathsf T} \beta - y_i)^2 = \|A\beta - y\|^2

    Parameters
    ----------
    beta : array_like, shape (d,)
        The coefficients.
    A : array_like, shape (n, d)
        The design matrix with rows :math:`a_i^{\mathsf T}`.
    y : array_like, shape (n,)
        The targets.

    Returns
    -------
    float
        The sum, in squared units of `y`; ``inf`` if it exceeds the largest floating-point number.

    Raises
    ------
    TypeError
        If an argument is not real.
    ValueError
        If shapes disagree, or a residual is not finite.

    Notes
    -----
    Book: ``def-rss``. The mean squared error is RSS / n.

    Examples
    --------
    >>> print(rss([1.0, 0.0], [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]], [0.0, 2.0, 1.0]))
    2.0
    """
    residual = _residual(beta, A, y)[1]
    with np.errstate(over="ignore"):
        return float(residual.dot(residual))


def rss_gradient(beta: ArrayLike, A: ArrayLike, y: ArrayLike) -> FloatArray:
    r"""Gradient of the residual sum of squares with respect to the coefficients.

    .. math:: \nabla \mathrm{RSS}(\beta) = 2 A^{\mathsf T} (A\beta - y)

    Parameters
    ----------
    beta, A, y : array_like, shapes (d,), (n, d), (n,)
        As for `rss`.

    Returns
    -------
    numpy.ndarray, shape (d,)
        The gradient, in squared units of `y` for one unit of each coefficient.

    Raises
    ------
    TypeError, ValueError
        As `rss`; and if the gradient overflows.

    Notes
    -----
    Book: ``prop-rss-derivatives``.

    Examples
    --------
    >>> print(rss_gradient([1.0, 0.0], [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]], [0.0, 2.0, 1.0]))
    [2. 0.]
    """
    design, residual = _residual(beta, A, y)
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = 2.0 * (residual @ design)
    require_finite(gradient, "2 A.T @ (A @ beta - y)")
    return gradient


def rss_hessian(A: ArrayLike) -> FloatArray:
    r"""Hessian of the residual sum of squares, the same at every point.

    .. math:: \nabla^2 \mathrm{RSS} = 2 A^{\mathsf T} A

    Parameters
    ----------
    A : array_like, shape (n, d)
        The design matrix.

    Returns
    -------
    numpy.ndarray, shape (d, d)
        The Hessian: symmetric, positive semidefinite, and definite if and only if `A` has rank d.

    Raises
    ------
    TypeError, ValueError
        If `A` is not a real matrix, or the Hessian is not finite.

    Notes
    -----
    Book: ``prop-rss-derivatives`` and ``cor-second-order``.

    Examples
    --------
    >>> print(rss_hessian([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]))
    [[10.  6.]
     [ 6.  6.]]
    """
    design = float_array(A, "A", "(n, d)")
    with np.errstate(over="ignore", invalid="ignore"):
        hessian = 2.0 * (design.T @ design)
    require_finite(hessian, "2 A.T @ A")
    return hessian


# No ==: the records hold arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class LinearFit:
    r"""A fitted affine function :math:`x \mapsto w^{\mathsf T} x + b`.

    Attributes
    ----------
    weights : numpy.ndarray, shape (p,)
        The weights :math:`w`, in units of `y` for one unit of each feature.
    intercept : float
        The intercept :math:`b`, in units of `y`; 0 if the fit was made without one.
    rank : int
        Numerical rank of the design matrix. The minimiser is unique if and only if it equals the number of columns.
    rss : float
        The residual sum of squares of the fit.
    """

    weights: FloatArray
    intercept: float
    rank: int
    rss: float

    def predict(self, X: ArrayLike) -> FloatArray:
        r"""Predict the targets of new examples.

        .. math:: \hat y = X w + b \mathbf 1

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row, in the units of the training data.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The predictions, in units of `y`.

        Raises
        ------
        TypeError, ValueError
            If `X` is not a real matrix with p columns, or a prediction is not finite.

        Examples
        --------
        >>> print(least_squares([[0.0], [1.0]], [1.0, 3.0]).predict([[2.0]]).round(6))
        [5.]
        """
        rows = float_array(X, "X", "(n, p)")
        require_equal(rows.shape[1], "columns of X", len(self.weights), "columns the model was fitted on")
        with np.errstate(over="ignore", invalid="ignore"):
            predictions = rows @ self.weights + self.intercept
        require_finite(predictions, "X @ weights + intercept")
        return predictions


def least_squares(
    X: ArrayLike,
    y: ArrayLike,
    *,
    intercept: bool = True,
    method: Literal["svd", "qr"] = "svd",
    rcond: float | None = None,
) -> LinearFit:
    r"""Fit by an orthogonal factorisation of the design matrix: the accurate way, for any rank.

    .. math:: \hat w = X_c^{+} y_c, \qquad \hat b = \bar y - \hat w^{\mathsf T} \bar x

    where :math:`X_c` and :math:`y_c` are the data minus their means, and :math:`X_c^{+}` the Moore-Penrose inverse: of
    all minimisers of :math:`\|Xw + b\mathbf 1 - y\|` the one with the shortest weights. Centring first keeps the digits
    of features that are far from zero. Without an intercept :math:`\hat w = X^{+} y`.

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    y : array_like, shape (n,)
        The targets.
    intercept : bool
        Whether to append a column of ones.
    method : {"svd", "qr"}
        ``"svd"`` finds the shortest minimiser whatever the rank. ``"qr"`` solves a triangular system and needs linearly
        independent columns.
    rcond : float, optional
        Singular values up to `rcond` times the largest one (before centring) count as zero. Default: max(n, p) times
        the rounding unit of float64, in which everything is computed, and at least 10 times that of the data.

    Returns
    -------
    LinearFit
        Weights, intercept, numerical rank, and RSS.

    Raises
    ------
    TypeError
        If an argument is not of the right kind.
    ValueError
        If shapes disagree, there is no row or no column, or an entry is NaN or infinite.
    numpy.linalg.LinAlgError
        If ``method="qr"`` and the columns are linearly dependent up to `rcond`.

    See Also
    --------
    normal_equations : about twice as fast for many rows, for well-conditioned designs.

    Notes
    -----
    Book: ``thm-normal-equations``, ``thm-shortest-minimiser``, ``prop-qr-svd``, ``prop-centring``.
    The triangular factor of ``[X y]`` is computed from 4096 rows at a time, so the fit needs O(p^2) memory besides the
    data and O(n p^2) operations. The rank depends on the units of the columns, as `rcond` compares them.

    References
    ----------
    Golub and Van Loan, Matrix Computations (2013), sections 5.3 and 5.5.

    Examples
    --------
    >>> fit = least_squares([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> print(fit.weights.round(6), round(fit.intercept, 6), fit.rank)
    [0.5] 0.5 2
    """
    if method not in ("svd", "qr"):
        raise ValueError(f'method must be "svd" or "qr", got {method!r}')
    rows, targets, centre = _data(X, y, intercept)
    n, p = rows.shape
    dtype = np.result_type(rows, targets)
    if rcond is None:
        cutoff = max(_EPS * max(n, p), 10.0 * float(np.finfo(dtype).eps))
    else:
        cutoff = real_number(rcond, "rcond", minimum=0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        factor = _triangular_factor(rows, targets, centre)
        if not np.isfinite(factor).all():
            _reject_overflow(rows, targets)
        # factor = [R c; 0 rho], so that |X w - y|^2 = |R w - c|^2 + rho^2, all of it centred.
        R, c, rho = factor[:p, :p], factor[:p, p], factor[p:, p]
        U, singular_values, Vt = np.linalg.svd(R, full_matrices=False)
        # Singular values before centring decide what is rounding: |X|^2 is at most |X_c|^2 + n |centre|^2.
        largest = math.hypot(singular_values[0], math.sqrt(n) * float(np.linalg.norm(centre[:p])))
        if not math.isfinite(largest):
            _reject_overflow(rows, targets)
        kept = singular_values > cutoff * largest
        rank = int(kept.sum())
        if method == "qr" and rank < p:
            raise np.linalg.LinAlgError(
                f'method="qr" needs linearly independent columns, but {rank} of {p} are (centred, if there is an '
                'intercept); use method="svd", which returns the shortest minimiser'
            )
        shortest = Vt[kept].T @ ((U.T @ c)[kept] / singular_values[kept])
        weights = np.linalg.solve(R, c) if method == "qr" else shortest
        outside = R @ weights - c
        return _fit(weights, centre, intercept, rank, outside.dot(outside) + rho.dot(rho), dtype)


def normal_equations(X: ArrayLike, y: ArrayLike, *, intercept: bool = True, refinements: int = 1) -> LinearFit:
    r"""Fit by solving the normal equations with a Cholesky factorisation: the fast way.

    .. math:: A^{\mathsf T} A \hat\beta = A^{\mathsf T} y, \qquad A = [X\ \mathbf 1] \text{ or } X

    The columns are centred first if there is an intercept, and scaled to unit length. Each refinement solves the same
    system for the residual, :math:`A^{\mathsf T} A\, \delta = A^{\mathsf T} (y - A\hat\beta)`, and adds :math:`\delta`.

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    y : array_like, shape (n,)
        The targets.
    intercept : bool
        Whether to append a column of ones.
    refinements : int
        Steps of iterative refinement; one repairs most of what squaring the condition number costs.

    Returns
    -------
    LinearFit
        Weights, intercept, rank (the number of columns), and RSS.

    Raises
    ------
    TypeError
        If an argument is not of the right kind.
    ValueError
        If shapes disagree, there is no row or no column, or an entry is NaN or infinite.
    numpy.linalg.LinAlgError
        If the columns, centred and scaled to length 1, are linearly dependent, or have a condition number above
        6.7e6: there the factorisation keeps less than about two digits, and one refinement less than four.

    See Also
    --------
    least_squares : for every rank and condition number.

    Notes
    -----
    Book: ``thm-normal-equations``, ``prop-condition-squared``. The Gram matrix is summed over 4096 rows at a time.

    References
    ----------
    Bjorck, Numerical Methods for Least Squares Problems (1996), sections 2.2 and 2.9.

    Examples
    --------
    >>> fit = normal_equations([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> print(fit.weights.round(6), round(fit.intercept, 6), round(fit.rss, 6))
    [0.5] 0.5 1.5
    """
    steps = positive_integer(refinements, "refinements", minimum=0)
    rows, targets, centre = _data(X, y, intercept)
    n, p = rows.shape
    with np.errstate(over="ignore", invalid="ignore"):
        gram = np.zeros((p + 1, p + 1))
        for block in _blocks(rows, targets, centre):
            gram += block.T @ block
        squares = np.diag(gram)
        if not np.isfinite(gram).all():
            _reject_overflow(rows, targets)
        if ((squares > 0.0) & (squares < float(np.finfo(np.float64).tiny) / _EPS)).any():
            raise ValueError("X and y are too small: their squares underflow; multiply them by a power of two")
        length = np.sqrt(squares[:p])
        # What centring leaves of a constant column is rounding.
        if n < p + intercept or (length <= 100.0 * _EPS * math.sqrt(n) * np.abs(centre[:p])).any():
            raise np.linalg.LinAlgError(_DEPENDENT)
        scaled = gram[:p, :p] / length / length[:, None]
        # Rounding moves an eigenvalue by a small multiple of the largest one times the rounding unit. The ratio of that
        # to the smallest is the relative error before refinement; a refinement multiplies the error by it once more.
        eigenvalues = np.linalg.eigvalsh(scaled)
        if eigenvalues[0] <= 100.0 * _EPS * eigenvalues[-1]:
            raise np.linalg.LinAlgError(_DEPENDENT)
        L = np.linalg.cholesky(scaled)

        def solve(right: FloatArray) -> FloatArray:
            solution: FloatArray = np.linalg.solve(L.T, np.linalg.solve(L, right / length)) / length
            return solution

        weights = solve(gram[:p, p])
        for _ in range(max(steps, 1)):
            right, misfit = np.zeros(p), 0.0
            for block in _blocks(rows, targets, centre):
                residual = block[:, p] - block[:, :p] @ weights
                right += residual @ block[:, :p]
                misfit += residual.dot(residual)
            if steps:
                correction = solve(right)
                weights += correction
                # |r - X delta|^2 = |r|^2 - delta^T X^T r, because X^T X delta = X^T r: no further pass over the data.
                misfit = max(misfit - correction.dot(right), 0.0)
        return _fit(weights, centre, intercept, p, misfit, np.result_type(rows, targets))


_DEPENDENT = (
    "the columns of the design matrix are linearly dependent, or nearly so; "
    'use least_squares, whose method "svd" works for every rank'
)


def _residual(beta: ArrayLike, A: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return A as an array, and A @ beta - y."""
    coefficients = float_array(beta, "beta", "(d,)")
    design = float_array(A, "A", "(n, d)")
    targets = float_array(y, "y", "(n,)")
    require_equal(len(coefficients), "length of beta", design.shape[1], "columns of A")
    require_equal(len(targets), "length of y", design.shape[0], "rows of A")
    with np.errstate(over="ignore", invalid="ignore"):
        residual = design @ coefficients - targets
    require_finite(residual, "A @ beta - y")
    return design, residual


def _data(X: ArrayLike, y: ArrayLike, intercept: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the data of a fit and their means (zeros without intercept), or raise.

    Finiteness is not looked at here: it shows in the factor, without a pass over the data of its own.
    """
    if not isinstance(intercept, bool):
        raise TypeError(f"intercept must be True or False, got {intercept!r}")
    rows = float_array(X, "X", "(n, p)")
    targets = float_array(y, "y", "(n,)")
    require_equal(len(targets), "length of y", len(rows), "rows of X", "pass one target for each example")
    if rows.size == 0:
        raise ValueError(f"X must have at least one row and one column, got shape {rows.shape}")
    n, p = rows.shape
    centre = np.zeros(p + 1)
    if intercept:
        # A product with a row of ones is faster than a sum over an axis.
        ones = np.ones(min(n, _BLOCK_ROWS))
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, n, _BLOCK_ROWS):
                block = slice(start, start + _BLOCK_ROWS)
                centre[:p] += _sum_of_rows(ones, rows[block])
                centre[p] += _sum_of_rows(ones, targets[block])
            centre /= n
    return rows, targets, centre


def _sum_of_rows(ones: FloatArray, block: FloatArray) -> FloatArray:
    """Sum over the rows of a block, in float64 whatever its dtype."""
    total: FloatArray = ones[: len(block)] @ block.astype(np.float64, copy=False)
    return total


def _blocks(rows: FloatArray, targets: FloatArray, centre: FloatArray) -> Iterator[FloatArray]:
    """Yield ``[X y]`` minus its centre in float64, a block of rows at a time, all in one buffer."""
    n, p = rows.shape
    buffer = np.empty((min(_BLOCK_ROWS, n), p + 1))
    for start in range(0, n, _BLOCK_ROWS):
        block = buffer[: n - start]
        np.subtract(rows[start : start + _BLOCK_ROWS], centre[:p], out=block[:, :p])
        np.subtract(targets[start : start + _BLOCK_ROWS], centre[p], out=block[:, p])
        yield block


def _triangular_factor(rows: FloatArray, targets: FloatArray, centre: FloatArray) -> FloatArray:
    """Triangular factor of the centred ``[X y]``: each block is stacked below the factor of those before it."""
    factor = np.zeros((0, rows.shape[1] + 1))
    for block in _blocks(rows, targets, centre):
        factor = np.asarray(np.linalg.qr(np.concatenate([factor, block]), mode="r"))
    return factor


def _reject_overflow(rows: FloatArray, targets: FloatArray) -> NoReturn:
    """Say which entry is not finite, or that the finite entries are too large."""
    require_finite(rows, "X")
    require_finite(targets, "y")
    raise ValueError("X and y are too large, a sum of squares overflows; divide them by a power of two")


def _fit(
    weights: FloatArray, centre: FloatArray, intercept: bool, rank: int, misfit: float, dtype: np.dtype[Any]
) -> LinearFit:
    """Add the intercept to centred weights, and round to the dtype of the data."""
    rounded = weights.astype(dtype)
    # From the rounded weights: so their rounding is multiplied by distances from the centre, not from zero.
    b = float(centre[-1] - centre[:-1] @ rounded)
    if not (np.isfinite(rounded).all() and math.isfinite(b)):
        raise ValueError("the coefficients overflow: y is too large for X; divide y, or multiply X, by a power of two")
    return LinearFit(rounded, b, rank + intercept, float(misfit))
