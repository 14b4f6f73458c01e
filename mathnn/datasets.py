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


def xor() -> tuple[FloatArray, np.ndarray]:
    r"""Return the four corners of the unit square, labelled by whether their coordinates differ.

    Returns
    -------
    X : numpy.ndarray, shape (4, 2)
        The corners (0, 0), (0, 1), (1, 0), (1, 1).
    y : numpy.ndarray of int, shape (4,)
        The labels 0, 1, 1, 0.

    Examples
    --------
    >>> X, y = xor()
    >>> print(y)
    [0 1 1 0]
    """
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def blobs(
    n: int, centres: ArrayLike, *, noise_std: float = 1.0, rng: np.random.Generator
) -> tuple[FloatArray, np.ndarray]:
    r"""Draw a Gaussian cloud around each centre: :math:`x_i \sim \mathcal N(c_{y_i}, s^2 I)`.

    Parameters
    ----------
    n : int
        Number of examples, at least 1.
    centres : array_like, shape (k, p)
        One centre a row; example i belongs to centre :math:`y_i = i \bmod k`.
    noise_std : float
        The standard deviation s in each coordinate.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : numpy.ndarray, shape (n, p)
        The examples, float64.
    y : numpy.ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, out of its range or not finite, or there is no centre.

    Examples
    --------
    >>> X, y = blobs(4, [[0.0, 0.0], [5.0, 5.0]], noise_std=0.0, rng=np.random.default_rng(0))
    >>> print(X[:, 0], y)
    [0. 5. 0. 5.] [0 1 0 1]
    """
    count, s = positive_integer(n, "n"), real_number(noise_std, "noise_std", minimum=0.0)
    middle = float_array(centres, "centres", "(k, p)").astype(np.float64)
    require_finite(middle, "centres")
    if not len(middle):
        raise ValueError(f"centres must have at least one row, got shape {middle.shape}")
    require_generator(rng)
    y = np.arange(count) % len(middle)
    return middle[y] + s * rng.standard_normal((count, middle.shape[1])), y


def moons(n: int, *, noise_std: float = 0.0, rng: np.random.Generator) -> tuple[FloatArray, np.ndarray]:
    r"""Draw points of two half circles that reach into each other; no line separates them.

    .. math:: x_i = (\cos t_i, \sin t_i) \text{ for label 0}, \qquad
       x_i = (1 - \cos t_i, \tfrac12 - \sin t_i) \text{ for label 1}, \qquad t_i \sim \mathcal U(0, \pi)

    Parameters
    ----------
    n : int
        Number of examples, at least 1; the labels alternate.
    noise_std : float
        Standard deviation of Gaussian noise that is added to each coordinate.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : numpy.ndarray, shape (n, 2)
        The examples, float64.
    y : numpy.ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of its range.

    Examples
    --------
    >>> X, y = moons(6, rng=np.random.default_rng(0))
    >>> bool(np.allclose(np.hypot(X[y == 0, 0], X[y == 0, 1]), 1.0)), y.tolist()
    (True, [0, 1, 0, 1, 0, 1])
    """
    count, s = positive_integer(n, "n"), real_number(noise_std, "noise_std", minimum=0.0)
    require_generator(rng)
    y, t = np.arange(count) % 2, rng.uniform(0.0, np.pi, count)
    X = np.where((y == 0)[:, None], _circle(t), [1.0, 0.5] - _circle(t))
    return X + s * rng.standard_normal((count, 2)), y


def spirals(
    n: int, *, n_turns: float = 1.0, noise_std: float = 0.0, rng: np.random.Generator
) -> tuple[FloatArray, np.ndarray]:
    r"""Draw points of two spirals that wind around each other.

    .. math:: x_i = r_i \bigl(\cos(2 \pi m r_i + \pi y_i), \sin(2 \pi m r_i + \pi y_i)\bigr), \qquad
       r_i \sim \mathcal U(0, 1)

    Parameters
    ----------
    n : int
        Number of examples, at least 1; the labels alternate.
    n_turns : float
        Turns m of each spiral, at least 0.
    noise_std : float
        Standard deviation of Gaussian noise that is added to each coordinate.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X : numpy.ndarray, shape (n, 2)
        The examples, float64.
    y : numpy.ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of its range.

    Examples
    --------
    >>> X, y = spirals(6, rng=np.random.default_rng(0))
    >>> bool((np.hypot(X[:, 0], X[:, 1]) <= 1.0).all())
    True
    """
    count, s = positive_integer(n, "n"), real_number(noise_std, "noise_std", minimum=0.0)
    turns = real_number(n_turns, "n_turns", minimum=0.0)
    require_generator(rng)
    y, r = np.arange(count) % 2, rng.uniform(0.0, 1.0, count)
    X = r[:, None] * _circle(2.0 * np.pi * turns * r + np.pi * y)
    return X + s * rng.standard_normal((count, 2)), y


def _circle(angle: FloatArray) -> FloatArray:
    return np.column_stack([np.cos(angle), np.sin(angle)])
