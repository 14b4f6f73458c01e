"""Small data sets, made on the spot from a random generator; nothing is downloaded."""

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_finite,
    require_generator,
)


def linear_data(
    n: int,
    weights: ArrayLike,
    *,
    intercept: float = 0.0,
    noise_std: float = 0.0,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    r"""Draw examples from a linear model with Gaussian features and Gaussian noise.

    .. math:: y_i = w^{\mathsf T} x_i + b + \varepsilon_i,
       \qquad x_i \sim \mathcal N(0, I_p),\ \varepsilon_i \sim \mathcal N(0, s^2) \text{ independent}

    Parameters
    ----------
    n : int
        Number of examples, at least 1.
    weights : array_like, shape (p,)
        The weights :math:`w`.
    intercept : float
        The intercept :math:`b`.
    noise_std : float
        Standard deviation :math:`s` of the noise, in units of the targets.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : numpy.ndarray, shape (n, p)
        The examples, float64.
    y : numpy.ndarray, shape (n,)
        The targets.

    Raises
    ------
    TypeError
        If `n` is not an integer, or `rng` not a generator.
    ValueError
        If `n` is not positive, `noise_std` negative, a parameter not finite, or a target overflows.

    Notes
    -----
    The model of ``thm-gaussian-likelihood``.

    Examples
    --------
    >>> X, y = linear_data(3, [2.0, -1.0], intercept=1.0, rng=np.random.default_rng(0))
    >>> X.shape, bool(np.allclose(y, X @ [2.0, -1.0] + 1.0))
    ((3, 2), True)
    """
    count = positive_integer(n, "n")
    w = float_array(weights, "weights", "(p,)").astype(np.float64)
    require_finite(w, "weights")
    b = real_number(intercept, "intercept", minimum=-np.inf)
    s = real_number(noise_std, "noise_std", minimum=0.0)
    require_generator(rng)
    X = rng.standard_normal((count, len(w)))
    with np.errstate(over="ignore", invalid="ignore"):
        y = X @ w + b + s * rng.standard_normal(count)
    require_finite(y, "y, made from weights, intercept and noise_std,")
    return X, y


def matrix_with_condition(n: int, d: int, *, condition: float, rng: np.random.Generator) -> FloatArray:
    r"""Draw a matrix with a prescribed condition number.

    .. math:: A = U \operatorname{diag}(\sigma_1, \dots, \sigma_d) V^{\mathsf T},
       \qquad \sigma_j = \kappa^{-(j-1)/(d-1)}

    with random orthonormal columns of :math:`U` (n, d) and random orthogonal :math:`V` (d, d), so that
    :math:`\sigma_1 / \sigma_d = \kappa`.

    Parameters
    ----------
    n, d : int
        Number of rows and columns, n >= d >= 2.
    condition : float
        The condition number :math:`\kappa \ge 1` in the Euclidean norm.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray, shape (n, d)
        The matrix, float64; the largest singular value is 1.

    Raises
    ------
    TypeError
        If `n` or `d` is not an integer, or `rng` not a generator.
    ValueError
        If ``n < d``, ``d < 2`` or ``condition < 1``.

    Notes
    -----
    The designs on which ``prop-condition-squared`` is measured.

    Examples
    --------
    >>> A = matrix_with_condition(20, 3, condition=1e4, rng=np.random.default_rng(0))
    >>> round(float(np.linalg.cond(A)))
    10000
    """
    columns = positive_integer(d, "d", minimum=2)
    rows = positive_integer(n, "n", minimum=columns)
    kappa = real_number(condition, "condition", minimum=1.0)
    require_generator(rng)
    U = np.linalg.qr(rng.standard_normal((rows, columns)))[0]
    V = np.linalg.qr(rng.standard_normal((columns, columns)))[0]
    A: FloatArray = (U * kappa ** -np.linspace(0.0, 1.0, columns)) @ V.T
    return A
