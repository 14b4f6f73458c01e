r"""One neuron: what it computes, Rosenblatt's rule, Novikoff's bound, and the network that does what none can."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import FloatArray, float_array, positive_integer, real_number, require_equal, require_finite
from mathnn.activations import Activation
from mathnn.gradient_descent import ConvergenceWarning
from mathnn.network import Layer, Params

# Rows looked at in one product: most examples are classified right, and need no step of Python.
_BLOCK_ROWS = 256


def neuron(X: ArrayLike, weights: ArrayLike, intercept: float, *, activation: Activation) -> FloatArray:
    r"""Output of one neuron, :math:`\varphi(w^{\mathsf T} x + b)` for each example x.

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    weights : array_like, shape (p,)
        The weights :math:`w`.
    intercept : float
        The bias :math:`b`.
    activation : Activation
        The activation function :math:`\varphi`.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The outputs.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or shapes disagree.

    Notes
    -----
    Book: ``def-neuron``.

    Examples
    --------
    >>> from mathnn.activations import heaviside
    >>> print(neuron([[0, 0], [0, 1], [1, 0], [1, 1]], [1.0, 1.0], -1.5, activation=heaviside))
    [0. 0. 0. 1.]
    """
    if not isinstance(activation, Activation):
        raise TypeError(
            f"activation must be an Activation, such as mathnn.activations.relu, got {type(activation).__name__}"
        )
    rows, w = float_array(X, "X", "(n, p)"), float_array(weights, "weights", "(p,)")
    require_equal(len(w), "length of weights", rows.shape[1], "columns of X")
    return activation.value(rows @ w + real_number(intercept, "intercept", minimum=-math.inf))


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class Perceptron:
    r"""What Rosenblatt's rule found: a hyperplane :math:`w^{\mathsf T} x + b = 0`.

    Attributes
    ----------
    weights : numpy.ndarray, shape (p,)
        The weights :math:`w`.
    intercept : float
        The bias :math:`b`.
    n_updates : int
        How often the weights were changed.
    n_epochs : int
        Passes over the data, the last one included.
    converged : bool
        Whether the last pass had no mistake: then all examples are strictly on their sides.
    reason : str
        Why the rule stopped.
    """

    weights: FloatArray
    intercept: float
    n_updates: int
    n_epochs: int
    converged: bool
    reason: str

    def predict(self, X: ArrayLike) -> FloatArray:
        r"""Label 1 where :math:`w^{\mathsf T} x + b \ge 0`, and -1 elsewhere.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The labels.

        Raises
        ------
        TypeError, ValueError
            If `X` is not a real matrix with p columns.

        Notes
        -----
        Book: ``def-neuron``. On the hyperplane the answer is 1, as from the neuron with the step function. The rule is
        stricter: there it counts an example of either label as a mistake.

        Examples
        --------
        >>> print(rosenblatt([[0.0], [1.0]], [-1, 1]).predict([[-5.0], [5.0]]))
        [-1.  1.]
        """
        rows = float_array(X, "X", "(n, p)")
        require_equal(rows.shape[1], "columns of X", len(self.weights), "columns the rule was run on")
        return np.where(rows @ self.weights + self.intercept >= 0.0, 1.0, -1.0)


def rosenblatt(X: ArrayLike, y: ArrayLike, *, max_epochs: int = 1000) -> Perceptron:
    r"""Rosenblatt's perceptron rule: from zero, go through the examples in turn and add what is classified wrong.

    .. math:: \text{if } y_i (w^{\mathsf T} x_i + b) \le 0: \qquad w \leftarrow w + y_i x_i, \quad b \leftarrow b + y_i

    It stops after a pass without a change.

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    y : array_like, shape (n,)
        Labels -1 and 1.
    max_epochs : int
        The largest number of passes.

    Returns
    -------
    Perceptron
        The hyperplane, and how many changes it took: at most `novikoff_bound` if the data are separable.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shapes disagree, there is no example, or an entry is not finite.

    Warns
    -----
    ConvergenceWarning
        If the last pass still had mistakes, as it always has for data that are not separable.

    Notes
    -----
    Book: ``alg-perceptron``. A constant step size would only rescale the weights, since they start at zero. It is
    computed in floating point: rounding decides on which side an example with a product of exactly 0 falls, so the
    counts may differ from those in exact arithmetic.

    References
    ----------
    Rosenblatt, Principles of Neurodynamics (1962), where it is the error-correction procedure.

    Examples
    --------
    >>> found = rosenblatt([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, -1, -1, 1])
    >>> print(found.weights, found.intercept, found.n_updates, found.converged)
    [3. 2.] -4.0 18 True
    """
    most = positive_integer(max_epochs, "max_epochs")
    rows, labels = _labelled(X, y)
    n = len(rows)
    # y_i (x_i, 1): an example is right if its product with (w, b) is positive, and this is what a mistake adds.
    signed = labels[:, None] * np.column_stack([rows, np.ones(n, rows.dtype)])
    theta = np.zeros(signed.shape[1], signed.dtype)
    n_updates = n_epochs = 0
    converged = False
    with np.errstate(over="ignore", invalid="ignore"):
        while not converged and n_epochs < most:
            before, i = n_updates, 0
            while i < n:
                wrong = ~(signed[i : i + _BLOCK_ROWS] @ theta > 0.0)
                if wrong.any():
                    i += int(wrong.argmax())
                    theta += signed[i]
                    n_updates += 1
                    i += 1
                else:
                    i += _BLOCK_ROWS
            n_epochs += 1
            converged = n_updates == before
    require_finite(theta, "the sum of the examples, and so the weights,")
    reason = "a pass without a mistake" if converged else f"max_epochs = {most} passes are done"
    if not converged:
        warnings.warn(f"the perceptron rule did not converge: {reason}", ConvergenceWarning, stacklevel=2)
    return Perceptron(theta[:-1].copy(), float(theta[-1]), n_updates, n_epochs, converged, reason)


def novikoff_bound(X: ArrayLike, y: ArrayLike, weights: ArrayLike, intercept: float) -> float:
    r"""Bound on the number of changes that `rosenblatt` makes, from any hyperplane that separates the data.

    .. math:: \Bigl(\frac R\gamma\Bigr)^2, \qquad R = \max_i \|\bar x_i\|, \qquad
       \gamma = \min_i \frac{y_i\, \bar w^{\mathsf T} \bar x_i}{\|\bar w\|}, \qquad \bar x = (x, 1),\ \bar w = (w, b)

    Parameters
    ----------
    X : array_like, shape (n, p)
        One example a row.
    y : array_like, shape (n,)
        Labels -1 and 1.
    weights : array_like, shape (p,)
        Weights of a separating hyperplane.
    intercept : float
        Its bias.

    Returns
    -------
    float
        The bound.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape, or the hyperplane does not separate the data strictly.

    Notes
    -----
    Book: ``thm-novikoff``.

    References
    ----------
    Novikoff, On convergence proofs on perceptrons (1962).

    Examples
    --------
    >>> round(novikoff_bound([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, -1, -1, 1], [2.0, 2.0], -3.0), 6)
    51.0
    """
    rows, labels = _labelled(X, y)
    w = float_array(weights, "weights", "(p,)").astype(np.float64)
    require_finite(w, "weights")
    require_equal(len(w), "length of weights", rows.shape[1], "columns of X")
    theta = np.append(w, real_number(intercept, "intercept", minimum=-math.inf))
    augmented = np.column_stack([rows.astype(np.float64), np.ones(len(rows))])
    # Scaled first, so that no square overflows; the bound does not feel it.
    theta /= max(float(np.abs(theta).max()), np.finfo(float).tiny)
    margin = float((labels * (augmented @ theta)).min()) / max(float(np.linalg.norm(theta)), np.finfo(float).tiny)
    if not margin > 0.0:
        raise ValueError(
            f"weights and intercept must separate the data strictly, but the smallest margin is {margin:g}; "
            "find a separating hyperplane first, for example with rosenblatt"
        )
    return float(np.linalg.norm(augmented, axis=1).max() / margin) ** 2


def xor_network() -> Params:
    r"""Return a network with two hidden ReLU neurons that computes XOR: :math:`(x_1 + x_2)^+ - 2 (x_1 + x_2 - 1)^+`.

    Returns
    -------
    tuple of Layer
        Its parameters, for `network.predict` with the activation ReLU.

    Notes
    -----
    Book: ``prop-xor-network``. No single neuron with a monotone activation computes XOR: ``thm-xor``.

    Examples
    --------
    >>> from mathnn import network
    >>> from mathnn.activations import relu
    >>> print(network.predict(xor_network(), [[0, 0], [0, 1], [1, 0], [1, 1]], activation=relu).ravel())
    [0. 1. 1. 0.]
    """
    return (
        Layer(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])),
        Layer(np.array([[1.0], [-2.0]]), np.array([0.0])),
    )


def _labelled(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    rows, labels = float_array(X, "X", "(n, p)"), float_array(y, "y", "(n,)")
    require_equal(len(labels), "length of y", len(rows), "rows of X", "pass one label for each example")
    if not len(rows):
        raise ValueError(f"X must have at least one row, got shape {rows.shape}")
    require_finite(rows, "X")
    if not (np.abs(labels) == 1.0).all():
        outside = labels[~(np.abs(labels) == 1.0)][0]
        raise ValueError(f"y must be -1 or 1, got {outside}; use 2 * y - 1 for labels 0 and 1")
    return rows, labels.astype(rows.dtype, copy=False)
