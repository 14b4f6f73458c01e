r"""Networks with explicit weights that approximate a given function, each with its proved error bound.

Nothing is trained here. Every construction returns the parameters of a network, for `network.predict` with the
activation that its docstring names.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mathnn import network
from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_equal,
    require_finite,
)
from mathnn.activations import relu
from mathnn.network import Layer, Params

Function = Callable[[FloatArray], ArrayLike]

# --- one variable: piecewise linear functions, and staircases ---------------------------------------------------------


def piecewise_linear(knots: ArrayLike, values: ArrayLike) -> Params:
    r"""ReLU network with one hidden layer that equals a continuous piecewise linear function.

    .. math:: N(x) = v_0 + \sum_{j=0}^{m-1} (s_j - s_{j-1}) (x - t_j)^+, \qquad
       s_j = \frac{v_{j+1} - v_j}{t_{j+1} - t_j}, \quad s_{-1} = 0

    Parameters
    ----------
    knots : array_like, shape (m + 1,)
        The knots :math:`t_0 < \dots < t_m`, m >= 1.
    values : array_like, shape (m + 1,)
        The values :math:`v_j` at the knots.

    Returns
    -------
    tuple of Layer
        A network of sizes (1, m, 1) for the activation ReLU. Left of the knots it is constant, right of them it goes on
        with the last slope.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, there are fewer than two knots, they do not increase, or a slope overflows.

    Notes
    -----
    Book: ``thm-piecewise-linear``.

    Examples
    --------
    >>> params = piecewise_linear([0.0, 1.0, 3.0], [0.0, 1.0, 0.0])
    >>> print(network.predict(params, [[0.5], [1.0], [2.0]], activation=relu).ravel())
    [0.5 1.  0.5]
    """
    t = float_array(knots, "knots", "(m + 1,)").astype(np.float64)
    v = float_array(values, "values", "(m + 1,)").astype(np.float64)
    require_equal(len(v), "length of values", len(t), "length of knots")
    require_finite(t, "knots")
    require_finite(v, "values")
    if len(t) < 2:
        raise ValueError(f"knots must be at least two, got {len(t)}")
    if not (np.diff(t) > 0.0).all():
        raise ValueError("knots must increase strictly; sort them and drop the repeated ones, with their values")
    with np.errstate(over="ignore"):
        slopes = np.diff(v) / np.diff(t)
    require_finite(slopes, "the slopes")
    return (
        Layer(np.ones((1, len(slopes))), -t[:-1]),
        Layer(np.diff(slopes, prepend=0.0)[:, None], v[:1].copy()),
    )


def relu_interpolant(f: Function, a: float, b: float, *, n_pieces: int) -> Params:
    r"""ReLU network with one hidden layer that interpolates a function at equidistant points.

    Parameters
    ----------
    f : callable
        Takes an array (k,) of points and returns their values (k,).
    a, b : float
        The interval, a < b.
    n_pieces : int
        Number m of pieces, and of hidden units.

    Returns
    -------
    tuple of Layer
        A network of sizes (1, m, 1) for the activation ReLU.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range, or `f` returns something else than m + 1 finite numbers.

    See Also
    --------
    interpolation_bound : how far it is from `f`.

    Notes
    -----
    Book: ``thm-relu-interpolation``.

    Examples
    --------
    >>> params = relu_interpolant(np.square, 0.0, 2.0, n_pieces=2)
    >>> print(network.predict(params, [[1.0], [1.5]], activation=relu).ravel())
    [1.  2.5]
    """
    knots = _grid(a, b, n_pieces)
    return piecewise_linear(knots, _values(f, knots))


def interpolation_bound(width: float, *, lipschitz: float | None = None, curvature: float | None = None) -> float:
    r"""Bound on the error of piecewise linear interpolation with pieces of length h.

    .. math:: |f - N| \le \frac{L h}{2} \text{ if } |f(x) - f(y)| \le L |x - y|, \qquad
       |f - N| \le \frac{M h^2}{8} \text{ if } |f''| \le M

    Parameters
    ----------
    width : float
        The length h > 0 of the longest piece.
    lipschitz, curvature : float, optional
        The constants L and M; at least one.

    Returns
    -------
    float
        The smaller of the bounds. Both constants, 1/2 and 1/8, are the best possible.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range, or none of the two constants is given.

    Notes
    -----
    Book: ``thm-relu-interpolation``.

    Examples
    --------
    >>> interpolation_bound(0.5, lipschitz=3.0, curvature=9.0)
    0.28125
    """
    h = real_number(width, "width", minimum=0.0, strict=True)
    bounds = []
    if lipschitz is not None:
        bounds.append(real_number(lipschitz, "lipschitz", minimum=0.0) * h / 2.0)
    if curvature is not None:
        bounds.append(real_number(curvature, "curvature", minimum=0.0) * h * h / 8.0)
    if not bounds:
        raise ValueError("lipschitz or curvature must be given, got neither")
    return min(bounds)


def logistic_staircase(f: Function, a: float, b: float, *, n_steps: int, steepness: float) -> Params:
    r"""Network with one hidden layer of steep logistic units that climbs from value to value of a function.

    .. math:: N(x) = f(x_0) + \sum_{j=1}^m \bigl(f(x_j) - f(x_{j-1})\bigr)\,
       \sigma\Bigl(K \bigl(x - \tfrac{x_{j-1} + x_j}2\bigr)\Bigr), \qquad x_j = a + j h,\ h = \frac{b - a}m

    Parameters
    ----------
    f : callable
        Takes an array (k,) of points and returns their values (k,).
    a, b : float
        The interval, a < b.
    n_steps : int
        Number m of steps, and of hidden units.
    steepness : float
        The steepness K > 0.

    Returns
    -------
    tuple of Layer
        A network of sizes (1, m, 1) for the activation logistic.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range, or `f` returns something else than m + 1 finite numbers.

    See Also
    --------
    staircase_bound : how far it is from `f`.

    Notes
    -----
    Book: ``thm-staircase``.

    Examples
    --------
    >>> from mathnn.activations import logistic
    >>> params = logistic_staircase(np.square, 0.0, 1.0, n_steps=2, steepness=200.0)
    >>> print(network.predict(params, [[0.0], [0.5], [1.0]], activation=logistic).ravel().round(6))
    [0.   0.25 1.  ]
    """
    points, K = _grid(a, b, n_steps), real_number(steepness, "steepness", minimum=0.0, strict=True)
    values = _values(f, points)
    middles = points[:-1] + 0.5 * np.diff(points)
    return (
        Layer(np.full((1, len(middles)), K), -K * middles),
        Layer(np.diff(values)[:, None], values[:1].copy()),
    )


def staircase_bound(modulus: Callable[[float], float], a: float, b: float, *, n_steps: int, steepness: float) -> float:
    r"""Bound on the error of `logistic_staircase` on [a, b].

    .. math:: |f - N| \le \omega\Bigl(\frac h2\Bigr) + \omega(h) \Bigl(1 + \frac{2q}{1 - q}\Bigr), \qquad q = e^{-K h}

    Parameters
    ----------
    modulus : callable
        A modulus of continuity: :math:`|f(x) - f(y)| \le \omega(|x - y|)`, and :math:`\omega` does not decrease.
    a, b, n_steps, steepness
        As for `logistic_staircase`.

    Returns
    -------
    float
        The bound.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range.

    Notes
    -----
    Book: ``thm-staircase``. With :math:`K = \log(3) / h` it is at most :math:`3 \omega(h)`.

    Examples
    --------
    >>> round(staircase_bound(lambda d: d, 0.0, 1.0, n_steps=10, steepness=10 * np.log(3.0)), 6)
    0.25
    """
    points, K = _grid(a, b, n_steps), real_number(steepness, "steepness", minimum=0.0, strict=True)
    h = (points[-1] - points[0]) / (len(points) - 1)
    # q / (1 - q) = 1 / (e^{Kh} - 1), without cancellation for gentle steps and without overflow for steep ones.
    tail = 1.0 / math.expm1(K * h) if K * h < 700.0 else 0.0
    near, far = (real_number(modulus(d), "modulus(d)", minimum=0.0) for d in (0.5 * h, float(h)))
    return near + far * (1.0 + 2.0 * tail)


# --- p variables, one hidden layer ------------------------------------------------------------------------------------


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class RidgeNetwork:
    r"""A ReLU network with one hidden layer on :math:`[0, 1]^p`, made by `ridge_network`.

    Attributes
    ----------
    params : tuple of Layer
        The network, for the activation ReLU.
    order, n_quadrature : int
        Order N of the Fejer mean, and number Q of points on each axis from which its coefficients were computed.
    piece : float
        Length h of the longest linear piece of a ridge.
    coefficient_sum : float
        Sum of the absolute values of the coefficients of all ridges.
    """

    params: Params
    order: int
    n_quadrature: int
    piece: float
    coefficient_sum: float

    def bound(self, lipschitz: float) -> float:
        r"""Bound on the error on :math:`[0, 1]^p`.

        .. math:: |f - N| \le L p \Bigl(\frac{\frac12 + \ln N}N + \frac1Q\Bigr) + \frac{\pi^2 h^2}8 \sum_k |c_k|

        Parameters
        ----------
        lipschitz : float
            A constant L with :math:`|f(x) - f(y)| \le L \sum_i |x_i - y_i|`.

        Returns
        -------
        float
            The bound: for the Fejer mean and its quadrature, and for the polygons that replace the cosines.

        Raises
        ------
        TypeError, ValueError
            If `lipschitz` is not a number of at least 0.

        Examples
        --------
        >>> found = ridge_network(lambda X: X[:, 0], 2, order=8, piece=0.1)
        >>> round(found.bound(1.0), 3)
        0.681
        """
        L, p = real_number(lipschitz, "lipschitz", minimum=0.0), self.params[0].W.shape[0]
        fejer: float = L * p * ((0.5 + math.log(self.order)) / self.order + 1.0 / self.n_quadrature)
        return fejer + interpolation_bound(self.piece, curvature=math.pi**2) * self.coefficient_sum


def ridge_network(f: Function, p: int, *, order: int, piece: float, n_quadrature: int | None = None) -> RidgeNetwork:
    r"""ReLU network with one hidden layer close to a function of p variables on the unit cube.

    The even 2-periodic continuation of f has a Fejer mean

    .. math:: \sum_{|k_i| < N} \Bigl(\prod_i \Bigl(1 - \frac{|k_i|}N\Bigr)\Bigr) \hat f(k) \cos(\pi k^{\mathsf T} x),

    a sum of functions of one variable :math:`k^{\mathsf T} x` each (ridges). Each cosine is replaced by its piecewise
    linear interpolant, which is a sum of ReLU units.

    Parameters
    ----------
    f : callable
        Takes points (k, p) and returns their values (k,).
    p : int
        Number of variables.
    order : int
        Order N of the Fejer mean, at least 1.
    piece : float
        Largest length h > 0 of the linear pieces, in units of :math:`k^{\mathsf T} x`.
    n_quadrature : int, optional
        Points Q on each axis, at least N, for the coefficients (midpoint rule); default 8 N.

    Returns
    -------
    RidgeNetwork
        The network, and what its bound needs.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range, or `f` returns something else than one finite number for each point.

    Notes
    -----
    Book: ``thm-ridge-network``. The number of ridges is :math:`((2N - 1)^p - 1) / 2`: this is no way to approximate in
    many variables.

    Examples
    --------
    >>> found = ridge_network(lambda X: X.max(axis=1), 2, order=4, piece=0.25)
    >>> X = np.random.default_rng(0).uniform(size=(100, 2))
    >>> error = np.abs(network.predict(found.params, X, activation=relu).ravel() - X.max(axis=1)).max()
    >>> bool(error <= found.bound(1.0))
    True
    """
    variables, N = positive_integer(p, "p"), positive_integer(order, "order")
    h = real_number(piece, "piece", minimum=0.0, strict=True)
    Q = positive_integer(8 * N if n_quadrature is None else n_quadrature, "n_quadrature", minimum=N)
    axis = (np.arange(Q) + 0.5) / Q
    mesh = np.stack(np.meshgrid(*[axis] * variables, indexing="ij"), axis=-1)
    hat = _values(f, mesh.reshape(-1, variables)).reshape((Q,) * variables)
    cosines = np.cos(np.pi * np.outer(np.arange(N), axis)) / Q
    # Each product contracts the first axis, and puts the new one last: after p of them all are done, in their order.
    for _ in range(variables):
        hat = np.moveaxis(np.tensordot(cosines, hat, axes=(1, 0)), 0, -1)
    weights, biases, outer = [], [], []
    constant = coefficient_sum = 0.0
    for k in itertools.product(range(-N + 1, N), repeat=variables):
        frequency = np.array(k, dtype=float)
        coefficient = float(hat[tuple(abs(i) for i in k)] * np.prod(1.0 - np.abs(frequency) / N))
        if not any(k):
            constant += coefficient
        elif k > tuple(-i for i in k):  # one of k and -k stands for both
            coefficient *= 2.0
            coefficient_sum += abs(coefficient)
            low, high = float(np.minimum(frequency, 0.0).sum()), float(np.maximum(frequency, 0.0).sum())
            n_pieces = max(1, math.ceil((high - low) / h))
            ridge = relu_interpolant(lambda s: np.cos(np.pi * s), low, high, n_pieces=n_pieces)
            weights.append(frequency[:, None] * ridge[0].W)
            biases.append(ridge[0].b)
            outer.append(coefficient * ridge[1].W)
            constant += coefficient * float(ridge[1].b[0])
    if not weights:  # order 1: the mean, with one unit that does nothing
        weights, biases, outer = [np.zeros((variables, 1))], [np.zeros(1)], [np.zeros((1, 1))]
    params = (
        Layer(np.concatenate(weights, axis=1), np.concatenate(biases)),
        Layer(np.concatenate(outer), np.array([constant])),
    )
    return RidgeNetwork(params, N, Q, h, coefficient_sum)


# --- narrow and deep: width n + 4 is enough, width n is not -----------------------------------------------------------


def boxes(X: ArrayLike, lower: ArrayLike, upper: ArrayLike, heights: ArrayLike, *, ramp: float) -> FloatArray:
    r"""Sum of bumps: on each box its height, outside of it 0, and between a ramp of width d inside of the box.

    .. math:: \sum_k c_k \Bigl(1 - \frac1d \sum_{i=1}^n \bigl((l_{ki} + d - x_i)^+ + (x_i - u_{ki} + d)^+\bigr)\Bigr)^+

    Parameters
    ----------
    X : array_like, shape (m, n)
        One point a row.
    lower, upper : array_like, shape (K, n)
        The corners :math:`l_k` and :math:`u_k` of the boxes.
    heights : array_like, shape (K,)
        The heights :math:`c_k`.
    ramp : float
        The width d > 0 of the ramps; no side of a box is shorter than 2 d.

    Returns
    -------
    numpy.ndarray, shape (m,)
        The values.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, or an argument is out of its range.

    Notes
    -----
    Book: ``def-box-function``.

    Examples
    --------
    >>> print(boxes([[0.0], [0.1], [1.0], [5.0]], [[0.0]], [[2.0]], [3.0], ramp=0.2))
    [0.  1.5 3.  0. ]
    """
    low, high, c, d = _boxes(lower, upper, heights, ramp)
    points = float_array(X, "X", "(m, n)")
    require_equal(points.shape[1], "columns of X", low.shape[1], "columns of lower")
    total = np.zeros(len(points))
    for l_k, u_k, c_k in zip(low, high, c, strict=True):
        outside = np.maximum(l_k + d - points, 0.0) + np.maximum(points - u_k + d, 0.0)
        total += c_k * np.maximum(1.0 - outside.sum(axis=1) / d, 0.0)
    return total


def narrow_network(lower: ArrayLike, upper: ArrayLike, heights: ArrayLike, *, ramp: float) -> Params:
    r"""Deep ReLU network of width n + 4 that equals `boxes` on all of :math:`\mathbb R^n`.

    Units 1 to n carry the input, shifted so that it is positive on all boxes. Two units build one bump after the other,
    in 2n + 1 layers each, and two add up the positive and the negative heights.

    Parameters
    ----------
    lower, upper, heights, ramp
        As for `boxes`.

    Returns
    -------
    tuple of Layer
        A network with one output, (2n + 1) K + 1 hidden layers and all hidden widths n + 4, for the activation ReLU.

    Raises
    ------
    TypeError, ValueError
        As `boxes`.

    Notes
    -----
    Book: ``thm-narrow-network``.

    References
    ----------
    Lu, Pu, Wang, Hu and Wang, The expressive power of neural networks: a view from the width (2017); the construction
    here is our own.

    Examples
    --------
    >>> params = narrow_network([[-1.0]], [[1.0]], [2.0], ramp=0.5)
    >>> print(network.predict(params, [[0.0], [0.75], [9.0]], activation=relu).ravel())
    [2. 1. 0.]
    """
    low, high, c, d = _boxes(lower, upper, heights, ramp)
    n = low.shape[1]
    shift = np.maximum(-low.min(axis=0), 0.0)
    width, s, t, plus, minus = n + 4, n, n + 1, n + 2, n + 3
    W, b = np.zeros((n, width)), np.zeros(width)
    W[:, :n], b[:n] = np.eye(n), shift
    layers = [Layer(W, b)]
    keep = np.zeros((width, width))
    for unit in (*range(n), plus, minus):
        keep[unit, unit] = 1.0
    before = 0.0
    for l_k, u_k, c_k in zip(low, high, c, strict=True):
        for i in range(n):
            for sign, offset in ((-1.0, l_k[i] + shift[i] + d), (1.0, -(u_k[i] + shift[i] - d))):
                W, b = keep.copy(), np.zeros(width)
                W[i, t], b[t] = sign / d, offset / d
                if len(layers) % (2 * n + 1) == 1:  # the first layer of a box: the bump before it is in t
                    W[t, plus], W[t, minus] = max(before, 0.0), max(-before, 0.0)
                else:
                    W[s, s] = W[t, s] = 1.0
                layers.append(Layer(W, b))
        W, b = keep.copy(), np.zeros(width)
        W[s, t] = W[t, t] = -1.0
        b[t] = 1.0
        layers.append(Layer(W, b))
        before = float(c_k)
    W = np.zeros((width, 1))
    W[plus], W[minus], W[t] = 1.0, -1.0, before
    return (*layers, Layer(W, np.zeros(1)))


def cubes(f: Function, n: int, *, radius: float, n_per_axis: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Cut :math:`[-R, R]^n` into equal cubes, with the value of a function at their centres.

    Parameters
    ----------
    f : callable
        Takes points (k, n) and returns their values (k,).
    n : int
        Number of variables.
    radius : float
        The radius R > 0.
    n_per_axis : int
        Number m of cubes along each axis.

    Returns
    -------
    lower, upper : numpy.ndarray, shape (m**n, n)
        The corners of the cubes.
    heights : numpy.ndarray, shape (m**n,)
        The values, for `narrow_network`.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range, or `f` returns something else than one finite number for each point.

    Notes
    -----
    Book: ``thm-narrow-network``.

    Examples
    --------
    >>> lower, upper, heights = cubes(lambda X: X[:, 0], 1, radius=2.0, n_per_axis=2)
    >>> print(lower.ravel(), upper.ravel(), heights)
    [-2.  0.] [0. 2.] [-1.  1.]
    """
    variables, R = positive_integer(n, "n"), real_number(radius, "radius", minimum=0.0, strict=True)
    edges = _grid(-R, R, n_per_axis, "n_per_axis")
    lower = np.array(list(itertools.product(edges[:-1], repeat=variables)))
    upper = np.array(list(itertools.product(edges[1:], repeat=variables)))
    return lower, upper, _values(f, 0.5 * (lower + upper))


def narrow_network_bound(
    heights: ArrayLike, n: int, *, side: float, ramp: float, lipschitz: float, tail: float
) -> float:
    r"""Bound on the L1 error of the network of width n + 4 made from `cubes`, over all of :math:`\mathbb R^n`.

    .. math:: \int_{\mathbb R^n} |f - N| \le \tau + K h^n \frac{L n h}4
       + \sum_k |c_k|\, h^n \Bigl(1 - \Bigl(1 - \frac{2d}h\Bigr)^n\Bigr)

    Parameters
    ----------
    heights : array_like, shape (K,)
        The heights :math:`c_k`.
    n : int
        Number of variables.
    side, ramp : float
        Side h of the cubes and width d of the ramps, 0 < 2 d <= h.
    lipschitz : float
        A constant L with :math:`|f(x) - f(y)| \le L \sum_i |x_i - y_i|` on each cube.
    tail : float
        The integral :math:`\tau` of :math:`|f|` outside of the cubes, or a bound of it.

    Returns
    -------
    float
        The bound: for the tail, for the step function, and for the ramps.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range.

    Notes
    -----
    Book: ``thm-narrow-network``.

    Examples
    --------
    >>> round(narrow_network_bound([1.0, -1.0], 1, side=2.0, ramp=0.1, lipschitz=1.0, tail=0.0), 6)
    2.4
    """
    c, variables = float_array(heights, "heights", "(K,)"), positive_integer(n, "n")
    require_finite(c, "heights")
    h, d = real_number(side, "side", minimum=0.0, strict=True), real_number(ramp, "ramp", minimum=0.0, strict=True)
    L, outside = real_number(lipschitz, "lipschitz", minimum=0.0), real_number(tail, "tail", minimum=0.0)
    if 2.0 * d > h:
        raise ValueError(f"ramp must be at most half of side, got {d} and {h}")
    volume = h**variables
    steps = len(c) * volume * L * variables * h / 4.0
    return outside + steps + float(np.abs(c).sum()) * volume * (1.0 - (1.0 - 2.0 * d / h) ** variables)


def escape_ray(params: Params, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""Find a ray along which a narrow ReLU network does not go back to zero.

    For a ReLU network :math:`F : \mathbb R^n \to \mathbb R` with all hidden widths at most n there are y and
    :math:`v \ne 0` with :math:`|F(y + t v)| \ge |F(x)|` for all :math:`t \ge 0`. So F is zero or not integrable.

    Parameters
    ----------
    params : tuple of Layer
        The network: n inputs, hidden widths at most n, one output; the activation is ReLU.
    x : array_like, shape (n,)
        Where to start.

    Returns
    -------
    y, v : numpy.ndarray, shape (n,)
        Start and unit direction of the ray.

    Raises
    ------
    TypeError, ValueError
        If this is no such network, or an entry is not finite.

    Notes
    -----
    Book: ``thm-width-n``, whose proof this follows. The inequality holds up to rounding: where the path crosses from
    one linear piece to the next, it goes on by 1e-9.

    Examples
    --------
    >>> params = (Layer(np.array([[1.0]]), np.array([0.0])), Layer(np.array([[2.0]]), np.array([1.0])))
    >>> y, v = escape_ray(params, [3.0])
    >>> print(y, v)
    [3.] [1.]
    """
    layers, point = tuple(Layer(*layer) for layer in params), float_array(x, "x", "(n,)").astype(np.float64)
    require_finite(point, "x")
    require_finite(network.flatten(layers), "params")
    n = layers[0].W.shape[0]
    require_equal(len(point), "length of x", n, "rows of W of layer 1")
    widths = [layer.W.shape[1] for layer in layers]
    if widths[-1] != 1 or max(widths[:-1], default=0) > n:
        raise ValueError(f"params must have hidden widths of at most n = {n} and one output, got widths {widths}")
    # Narrower layers are filled up with units that are 0 for ever.
    hidden = [(_padded(layer.W, n), np.append(layer.b, np.zeros(n - len(layer.b)))) for layer in layers[:-1]]
    last = np.append(layers[-1].W.ravel(), np.zeros(n - len(layers[-1].W)))
    for _ in range(len(hidden) + 2):
        A, c, active, broken = np.eye(n), np.zeros(n), [], False
        for W, b in hidden:
            A, c = A @ W, c @ W + b
            z = point @ A + c
            if (z < 0.0).any():
                broken = True
                break
            active.append((A, c))
        if not broken:
            # Here the network is affine: go where its absolute value grows.
            value = network.predict(layers, point[None, :], activation=relu)[0, 0]
            v = (A @ last) * np.sign(value)
            v = v if v.any() else np.eye(n)[0]
        elif np.linalg.matrix_rank(A) < n:
            v = np.linalg.svd(A.T)[2][-1]
        else:
            # Lower one unit that is off already, and leave the others of its layer as they are.
            v = -np.linalg.solve(A.T, np.eye(n)[int(np.argmin(z))])
        v = v / np.linalg.norm(v)
        farthest = math.inf
        for B, offset in active:
            height, rate = point @ B + offset, v @ B
            falling = rate < -1e-13
            if falling.any():
                farthest = min(farthest, float((-height[falling] / rate[falling]).min()))
        if not math.isfinite(farthest):
            break
        point = point + (max(farthest, 0.0) + 1e-9) * v
    return point, v


def _padded(W: FloatArray, n: int) -> FloatArray:
    return np.pad(W, ((0, n - W.shape[0]), (0, n - W.shape[1])))


def _grid(a: float, b: float, n_pieces: int, name: str = "n_pieces") -> FloatArray:
    left, right = real_number(a, "a", minimum=-math.inf), real_number(b, "b", minimum=-math.inf)
    if not left < right:
        raise ValueError(f"a must be less than b, got {left} and {right}")
    return np.linspace(left, right, positive_integer(n_pieces, name) + 1)


def _values(f: Function, points: FloatArray) -> FloatArray:
    """Values of the user's function, or an error that says what is wrong with them."""
    values = float_array(f(points.copy()), "f(points)").astype(np.float64)
    if values.shape != (len(points),):
        raise ValueError(f"f must return one number for each point, shape {(len(points),)}, got {values.shape}")
    require_finite(values, "f(points)")
    return values


def _boxes(
    lower: ArrayLike, upper: ArrayLike, heights: ArrayLike, ramp: float
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    low = float_array(lower, "lower", "(K, n)").astype(np.float64)
    high = float_array(upper, "upper", "(K, n)").astype(np.float64)
    c = float_array(heights, "heights", "(K,)").astype(np.float64)
    d = real_number(ramp, "ramp", minimum=0.0, strict=True)
    if low.shape != high.shape or not low.size:
        raise ValueError(f"lower and upper must have the same shape, at least one box, got {low.shape}, {high.shape}")
    require_equal(len(c), "length of heights", len(low), "rows of lower")
    for array, name in ((low, "lower"), (high, "upper"), (c, "heights")):
        require_finite(array, name)
    # Sides of a grid are equal up to rounding only.
    if not (high - low >= 2.0 * d * (1.0 - 1e-9)).all():
        raise ValueError(f"ramp must be at most half of every side, got {d} and a side {(high - low).min()}")
    return low, high, c, d
