r"""Activation functions, each with its derivative, and softmax, which acts on rows.

An `Activation` acts on each entry by itself, whatever the shape. Softmax does not: it couples the entries of a row, and
so its derivative is not a number an entry but a matrix a row. The two are different kinds of thing here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import FloatArray, float_array


@dataclass(frozen=True)
class Activation:
    r"""An activation function :math:`\varphi` of one real variable, applied to each entry.

    Attributes
    ----------
    name : str
        Its name; `ACTIVATIONS` finds it by this name.
    kinks : tuple of float
        Where it is not differentiable. There `derivative` returns the limit from the left: for ReLU at 0 that is 0.
    """

    name: str
    kinks: tuple[float, ...]
    _value: Callable[[FloatArray], FloatArray] = field(repr=False)
    _derivative: Callable[[FloatArray], FloatArray] = field(repr=False)

    def value(self, z: ArrayLike) -> FloatArray:
        r"""Compute :math:`\varphi(z)` for each entry.

        Parameters
        ----------
        z : array_like, any shape
            Pre-activations.

        Returns
        -------
        numpy.ndarray, shape of `z`
            The activations, in the dtype of `z`; a new array.

        Raises
        ------
        TypeError
            If `z` is not real.

        Examples
        --------
        >>> print(relu.value([-1.0, 0.0, 2.0]))
        [0. 0. 2.]
        """
        return np.asarray(self._value(float_array(z, "z")))

    def derivative(self, z: ArrayLike) -> FloatArray:
        r"""Compute :math:`\varphi'(z)` for each entry; at a kink the limit from the left.

        Parameters
        ----------
        z : array_like, any shape
            Pre-activations.

        Returns
        -------
        numpy.ndarray, shape of `z`
            The derivatives, in the dtype of `z`; a new array.

        Raises
        ------
        TypeError
            If `z` is not real.

        Examples
        --------
        >>> print(relu.derivative([-1.0, 0.0, 2.0]))
        [0. 0. 1.]
        """
        return np.asarray(self._derivative(float_array(z, "z")))


def _logistic(z: FloatArray) -> FloatArray:
    # exp of a negative number only: it cannot overflow, and the left tail keeps its relative accuracy.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, e) / (1.0 + e)


def _logistic_derivative(z: FloatArray) -> FloatArray:
    e = np.exp(-np.abs(z))
    return e / ((1.0 + e) * (1.0 + e))


def _tanh_derivative(z: FloatArray) -> FloatArray:
    # The square of 1 / cosh: 1 - tanh^2 would be 0 from |z| = 19 on.
    e = np.exp(-np.abs(z))
    sech = 2.0 * e / (1.0 + e * e)
    return sech * sech


def _relu_derivative(z: FloatArray) -> FloatArray:
    return _step(z > 0.0, z)


def _softplus(z: FloatArray) -> FloatArray:
    result: FloatArray = np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))
    return result


_LEAK = 0.01


def _leaky_relu_derivative(z: FloatArray) -> FloatArray:
    return _step(z > 0.0, z) * (1.0 - _LEAK) + _LEAK


def _step(condition: np.ndarray, z: FloatArray) -> FloatArray:
    """One where the condition holds, zero elsewhere, NaN where z is NaN, in the dtype of z."""
    result: FloatArray = np.where(np.isnan(z), z, condition.astype(z.dtype))
    return result


identity = Activation("identity", (), lambda z: z.copy(), lambda z: _step(~np.isnan(z), z))
r"""The identity :math:`z`: linear regression is the network of one layer with it."""

logistic = Activation("logistic", (), _logistic, _logistic_derivative)
r"""The logistic function :math:`\sigma(z) = 1 / (1 + e^{-z})`, with :math:`\sigma' = \sigma (1 - \sigma)`."""

tanh = Activation("tanh", (), lambda z: np.tanh(z), _tanh_derivative)
r"""The hyperbolic tangent, :math:`\tanh z = 2 \sigma(2z) - 1`, with :math:`\tanh' = 1 - \tanh^2`."""

relu = Activation("relu", (0.0,), lambda z: np.maximum(z, 0.0), _relu_derivative)
r"""The rectified linear unit :math:`z^+ = \max(z, 0)`; its derivative at 0 is taken to be 0."""

leaky_relu = Activation("leaky_relu", (0.0,), lambda z: np.where(z > 0.0, z, _LEAK * z), _leaky_relu_derivative)
r"""The leaky ReLU: z for z > 0, and 0.01 z otherwise; its derivative at 0 is taken to be 0.01."""

softplus = Activation("softplus", (), _softplus, _logistic)
r"""Softplus :math:`\zeta(z) = \log(1 + e^z)`, with :math:`\zeta' = \sigma`."""

heaviside = Activation("heaviside", (0.0,), lambda z: _step(z >= 0.0, z), lambda z: _step(np.isnan(z), z))
r"""The step function: 1 for z >= 0 and 0 for z < 0; its derivative is 0 wherever there is one."""

ACTIVATIONS = {a.name: a for a in (identity, logistic, tanh, relu, leaky_relu, softplus, heaviside)}


def softmax(z: ArrayLike) -> FloatArray:
    r"""Turn each row of scores into probabilities.

    .. math:: \operatorname{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}

    Parameters
    ----------
    z : array_like, shape (n, k)
        Scores, one example a row, k >= 1.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Rows of nonnegative numbers with sum 1, in the dtype of `z`.

    Raises
    ------
    TypeError
        If `z` is not real.
    ValueError
        If `z` is not a matrix, or has no column.

    See Also
    --------
    log_softmax : for logarithms of probabilities; the logarithm of this may be -inf.

    Notes
    -----
    Book: ``prop-softmax``.
    The largest score of the row is subtracted first. This changes nothing, and no exponential overflows.

    Examples
    --------
    >>> print(softmax([[0.0, np.log(3.0)], [1000.0, 1000.0]]).round(6))
    [[0.25 0.75]
     [0.5  0.5 ]]
    """
    e = np.exp(_shifted(z))
    result: FloatArray = e / e.sum(axis=1, keepdims=True)
    return result


def log_softmax(z: ArrayLike) -> FloatArray:
    r"""Logarithm of softmax, computed without ever forming a probability.

    .. math:: \log \operatorname{softmax}(z)_k = z_k - \log \sum_j e^{z_j}

    Parameters
    ----------
    z : array_like, shape (n, k)
        Scores, one example a row, k >= 1.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Logarithms of probabilities, in the dtype of `z`.

    Raises
    ------
    TypeError, ValueError
        As `softmax`.

    Notes
    -----
    Book: ``prop-softmax``.

    Examples
    --------
    >>> print(log_softmax([[0.0, 1000.0]]))
    [[-1000.     0.]]
    """
    shifted = _shifted(z)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def softmax_jacobian(z: ArrayLike) -> FloatArray:
    r"""Jacobian of softmax, a matrix a row; for vjps it is not needed.

    .. math:: J_{jk} = q_j (\delta_{jk} - q_k), \qquad q = \operatorname{softmax}(z)

    Parameters
    ----------
    z : array_like, shape (n, k)
        Scores, one example a row.

    Returns
    -------
    numpy.ndarray, shape (n, k, k)
        The symmetric Jacobians.

    Raises
    ------
    TypeError, ValueError
        As `softmax`.

    Notes
    -----
    Book: ``prop-softmax-jacobian``.

    Examples
    --------
    >>> print(softmax_jacobian([[0.0, 0.0]]))
    [[[ 0.25 -0.25]
      [-0.25  0.25]]]
    """
    q = softmax(z)
    result: FloatArray = q[:, :, None] * (np.eye(q.shape[1], dtype=q.dtype) - q[:, None, :])
    return result


def softmax_vjp(z: ArrayLike, v: ArrayLike) -> FloatArray:
    r"""Vector-Jacobian product of softmax, row by row, without the Jacobian.

    .. math:: v^{\mathsf T} J(z) = q \odot (v - v^{\mathsf T} q \, \mathbf 1), \qquad q = \operatorname{softmax}(z)

    Parameters
    ----------
    z, v : array_like, shape (n, k)
        Scores, and one cotangent a row.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        The products, one a row.

    Raises
    ------
    TypeError, ValueError
        As `softmax`, and if the shapes of `z` and `v` differ.

    Notes
    -----
    Book: ``prop-softmax-jacobian``.

    Examples
    --------
    >>> print(softmax_vjp([[0.0, 0.0]], [[1.0, 0.0]]))
    [[ 0.25 -0.25]]
    """
    q = softmax(z)
    cotangent = _cotangent(v, q)
    # Multiplied out, so that no difference of huge cotangents overflows.
    weighted = q * cotangent
    result: FloatArray = weighted - q * weighted.sum(axis=1, keepdims=True)
    return result


def log_softmax_vjp(z: ArrayLike, v: ArrayLike) -> FloatArray:
    r"""Vector-Jacobian product of the logarithm of softmax, row by row.

    .. math:: v - (v^{\mathsf T} \mathbf 1) \, q, \qquad q = \operatorname{softmax}(z)

    Parameters
    ----------
    z, v : array_like, shape (n, k)
        Scores, and one cotangent a row.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        The products, one a row.

    Raises
    ------
    TypeError, ValueError
        As `softmax_vjp`.

    Notes
    -----
    Book: ``thm-softmax-cross-entropy``.

    Examples
    --------
    >>> print(log_softmax_vjp([[0.0, 0.0]], [[1.0, 0.0]]))
    [[ 0.5 -0.5]]
    """
    q = softmax(z)
    cotangent = _cotangent(v, q)
    result: FloatArray = cotangent - cotangent.sum(axis=1, keepdims=True) * q
    return result


def _shifted(z: ArrayLike) -> FloatArray:
    """Return the scores minus the largest of their row."""
    scores = float_array(z, "z", "(n, k)")
    if scores.shape[1] == 0:
        raise ValueError(f"z must have at least one column, got shape {scores.shape}")
    # The difference of huge scores may overflow to -inf, whose exponential is the right 0; a score of inf makes NaN.
    with np.errstate(over="ignore", invalid="ignore"):
        result: FloatArray = scores - scores.max(axis=1, keepdims=True)
    return result


def _cotangent(v: ArrayLike, q: FloatArray) -> FloatArray:
    cotangent = float_array(v, "v", "(n, k)")
    if cotangent.shape != q.shape:
        raise ValueError(f"z and v must have the same shape, got {q.shape} and {cotangent.shape}; nothing is broadcast")
    return cotangent.astype(q.dtype, copy=False)
