r"""Loss functions. A `Loss` is one record that holds value and gradient together, so that they cannot drift apart.

Two conventions hold for all of them. A loss is summed over the outputs of an example and averaged over the examples,
and the gradient is that of this average. The prediction ``f`` is what the last layer computes before any activation:
for the cross-entropies the logits. ``f`` and ``y_true`` have the same shape, and nothing is broadcast.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import FloatArray, float_array
from mathnn.activations import heaviside, logistic, relu, softplus

_Rows = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Loss:
    r"""A loss :math:`\ell(y, f)` of one example, and what follows from it for a batch of n examples.

    .. math:: L(f) = \frac1n \sum_{i=1}^n \ell(y_i, f_i)

    Attributes
    ----------
    name : str
        Its name; `LOSSES` finds it by this name.
    kinks : tuple of float
        The values of the margin :math:`y f` where the loss is not differentiable; empty if there are none.
    """

    name: str
    kinks: tuple[float, ...]
    # The targets, checked against the predictions and in their dtype; and from both the losses and their gradients.
    _targets: Callable[[ArrayLike, FloatArray], FloatArray] = field(repr=False)
    _rows: Callable[[FloatArray, FloatArray], _Rows] = field(repr=False)

    def value(self, y_true: ArrayLike, f: ArrayLike) -> float:
        r"""Mean loss of a batch.

        Parameters
        ----------
        y_true : array_like
            Targets, in the shape of `f`; for categorical cross-entropy also integer labels of shape (n,).
        f : array_like, shape (n, q) or (n,)
            Predictions or logits, one example a row; (n,) stands for one output.

        Returns
        -------
        float
            The mean over the examples.

        Raises
        ------
        TypeError
            If an argument is not real.
        ValueError
            If shapes disagree, there is no example, or a target is outside of its domain.

        Notes
        -----
        Book: ``def-faithful-loss``.

        Examples
        --------
        >>> squared_error.value([[0.0, 1.0]], [[1.0, 3.0]])
        5.0
        """
        return self.value_and_grad(y_true, f)[0]

    def value_and_grad(self, y_true: ArrayLike, f: ArrayLike) -> tuple[float, FloatArray]:
        r"""Mean loss of a batch, and its gradient with respect to `f`.

        .. math:: \frac{\partial L}{\partial f_i} = \frac1n \nabla_f \ell(y_i, f_i)

        Parameters
        ----------
        y_true, f : array_like
            As for `value`.

        Returns
        -------
        value : float
            The mean over the examples, added up in float64; inf if a loss or the sum overflows.
        gradient : numpy.ndarray, shape of `f`
            The gradient, in the dtype of `f`. At a kink one of the subgradients: see the loss.

        Raises
        ------
        TypeError, ValueError
            As `value`.

        Notes
        -----
        Book: ``prop-squared-error``.

        Examples
        --------
        >>> value, gradient = squared_error.value_and_grad([[0.0, 1.0]], [[1.0, 3.0]])
        >>> print(value, gradient)
        5.0 [[2. 4.]]
        """
        prediction = float_array(f, "f")
        if prediction.ndim not in (1, 2):
            raise ValueError(f"f must have shape (n, q) or (n,), got {prediction.shape}; reshape f")
        if prediction.size == 0:
            raise ValueError(f"f must have at least one example and one output, got shape {prediction.shape}")
        n = len(prediction)
        # What overflows is inf, and inf - inf is NaN: the result says so, no warning has to.
        with np.errstate(over="ignore", invalid="ignore"):
            losses, gradient = self._rows(self._targets(y_true, prediction), prediction)
            return float(losses.sum(dtype=np.float64)) / n, gradient / n


def _same_shape(y_true: ArrayLike, f: FloatArray) -> FloatArray:
    """Return the targets in the dtype of the predictions, or raise if the shapes differ."""
    targets = float_array(y_true, "y_true")
    if targets.shape != f.shape:
        raise ValueError(
            f"y_true and f must have the same shape, got {targets.shape} and {f.shape}; "
            "losses never broadcast: reshape one of them, for example with y_true[:, None]"
        )
    return targets.astype(f.dtype, copy=False)


def _require_domain(inside: np.ndarray, targets: FloatArray, rule: str) -> None:
    if not inside.all():
        raise ValueError(f"y_true must {rule}, got {targets[~inside][0]}")


def _squared_error(y: FloatArray, f: FloatArray) -> _Rows:
    error = f - y
    return error * error, 2.0 * error


def _half_squared_error(y: FloatArray, f: FloatArray) -> _Rows:
    error = f - y
    return 0.5 * error * error, error


def _probabilities(y_true: ArrayLike, f: FloatArray) -> FloatArray:
    y = _same_shape(y_true, f)
    _require_domain((y >= 0.0) & (y <= 1.0), y, "be in [0, 1], a label or a probability")
    return y


def _binary_cross_entropy(y: FloatArray, f: FloatArray) -> _Rows:
    # -y log sigma(f) - (1 - y) log(1 - sigma(f)) = y softplus(-f) + (1 - y) softplus(f): no logarithm of zero, and for
    # a right and certain prediction no cancellation.
    return y * softplus.value(-f) + (1.0 - y) * softplus.value(f), logistic.value(f) - y


def _classes(y_true: ArrayLike, f: FloatArray) -> FloatArray:
    """Return integer labels, or nonnegative rows."""
    if f.ndim != 2:
        raise ValueError(f"f must have shape (n, k), one column a class, got {f.shape}; use f[None, :] for one example")
    if float_array(y_true, "y_true").ndim == 1:
        return _labels(np.asarray(y_true), f)
    y = _same_shape(y_true, f)
    _require_domain(y >= 0.0, y, "not be negative")
    mass = y.sum(axis=1)
    if not np.isfinite(mass).all():
        raise ValueError(f"y_true must have finite row sums, got {mass[~np.isfinite(mass)][0]}; rescale y_true")
    return y


def _labels(labels: np.ndarray, f: FloatArray) -> np.ndarray:
    n, k = f.shape
    if len(labels) != n:
        raise ValueError(f"y_true must have one label an example, got {len(labels)} labels and {n} examples")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"y_true of shape (n,) must hold integer labels, got dtype {labels.dtype}; "
            "use y_true.astype(int), or one row of k probabilities an example"
        )
    if labels.min() < 0 or labels.max() >= k:
        outside = labels[(labels < 0) | (labels >= k)][0]
        raise ValueError(f"y_true must have labels in 0, ..., {k - 1}, the columns of f, got {outside}")
    return labels


def _categorical_cross_entropy(y: FloatArray, f: FloatArray) -> _Rows:
    shifted = f - f.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    if y.ndim == 1:
        chosen = np.arange(len(f)), y
        gradient = e / total
        gradient[chosen] -= 1.0
        return np.log(total[:, 0]) - shifted[chosen], gradient
    mass = y.sum(axis=1, keepdims=True)
    # A score of -inf with weight zero must not make NaN.
    weighted = y * np.where(y > 0.0, shifted, 0.0)
    return mass * np.log(total) - weighted.sum(axis=1, keepdims=True), mass * (e / total) - y


def _signs(y_true: ArrayLike, f: FloatArray) -> FloatArray:
    y = _same_shape(y_true, f)
    _require_domain(np.abs(y) == 1.0, y, "be -1 or 1 (use 2 * y - 1 for labels 0 and 1)")
    return y


def _hinge(y: FloatArray, f: FloatArray) -> _Rows:
    slack = 1.0 - y * f
    # Subtracted from 0.0, so that no -0.0 is printed.
    return relu.value(slack), 0.0 - y * relu.derivative(slack)


def _perceptron(y: FloatArray, f: FloatArray) -> _Rows:
    # The step function is 1 at 0, as the subgradient at the kink needs it.
    return relu.value(-y * f), 0.0 - y * heaviside.value(-y * f)


squared_error = Loss("squared_error", (), _same_shape, _squared_error)
r"""Squared error :math:`\|f - y\|^2`; see ``prop-squared-error``."""

half_squared_error = Loss("half_squared_error", (), _same_shape, _half_squared_error)
r"""Half the squared error, :math:`\frac12 \|f - y\|^2`."""

binary_cross_entropy = Loss("binary_cross_entropy", (), _probabilities, _binary_cross_entropy)
r"""Cross-entropy of independent yes-no outputs with logits f and targets in [0, 1].

:math:`-\sum_j \bigl[ y_j \log \sigma(f_j) + (1 - y_j) \log(1 - \sigma(f_j)) \bigr]`, with the gradient
:math:`\sigma(f) - y`; see ``prop-binary-cross-entropy``.
"""

categorical_cross_entropy = Loss("categorical_cross_entropy", (), _classes, _categorical_cross_entropy)
r"""Cross-entropy of one choice among k with logits f: :math:`-\sum_j y_j \log \operatorname{softmax}(f)_j`.

Targets are integer labels of shape (n,), or nonnegative rows of shape (n, k) with any sums; the gradient is
:math:`(\sum_j y_j) \operatorname{softmax}(f) - y`; see ``thm-softmax-cross-entropy``.
"""

hinge = Loss("hinge", (1.0,), _signs, _hinge)
r"""Hinge loss :math:`\max(0, 1 - y f)` for labels -1 and 1; at the kink :math:`y f = 1` the subgradient 0 is taken."""

perceptron = Loss("perceptron", (0.0,), _signs, _perceptron)
r"""Perceptron loss :math:`\max(0, -y f)` for labels -1 and 1.

At the kink :math:`f = 0` the subgradient :math:`-y` is taken: descent can start at zero, as Rosenblatt's rule does.
"""

LOSSES = {
    loss.name: loss
    for loss in (
        squared_error,
        half_squared_error,
        binary_cross_entropy,
        categorical_cross_entropy,
        hinge,
        perceptron,
    )
}


def zero_one(y_true: ArrayLike, labels: ArrayLike) -> float:
    r"""Share of wrong labels.

    .. math:: \frac1n \#\{i : y_i \ne \hat y_i\}

    Parameters
    ----------
    y_true, labels : array_like, shape (n,)
        True and predicted labels: whole numbers, booleans or real numbers, compared for equality.

    Returns
    -------
    float
        0 if all labels are right, 1 if all are wrong.

    Raises
    ------
    TypeError
        If an argument is not real.
    ValueError
        If the shapes differ or there is no label.

    Notes
    -----
    Book: ``prop-zero-one``.

    Examples
    --------
    >>> zero_one([0, 1, 2, 2], [0, 1, 1, 2])
    0.25
    """
    true, predicted = float_array(y_true, "y_true", "(n,)"), float_array(labels, "labels", "(n,)")
    if true.shape != predicted.shape:
        raise ValueError(f"y_true and labels must have the same shape, got {true.shape} and {predicted.shape}")
    if true.size == 0:
        raise ValueError("y_true must have at least one label, got none")
    return float(np.mean(true != predicted))
