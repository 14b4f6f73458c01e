"""The fast path of training: a network in one vector, with scratch memory that every step uses again.

It computes what `network.value_and_grad` computes, in place: every array is made once, and the matrix products, the
activations and the loss write into it. Nothing here checks its input, and only `training` calls it. The tests hold the
two together, for every activation and loss.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mathnn._validation import FloatArray
from mathnn.activations import Activation, identity, logistic, relu, tanh
from mathnn.losses import Loss, binary_cross_entropy, categorical_cross_entropy, half_squared_error, squared_error
from mathnn.network import Layer, Params, flatten

# Integer labels of shape (n,), or targets of the shape of the output.
Targets = np.ndarray[Any, np.dtype[Any]]


class _Scratch(NamedTuple):
    """Memory for batches of one size: activations and gradients of all layers, and vectors for the loss."""

    outputs: tuple[FloatArray, ...]
    deltas: tuple[FloatArray, ...]
    ones: FloatArray
    classes: FloatArray
    row: FloatArray
    numbers: np.ndarray[Any, np.dtype[np.intp]]


class Engine:
    """A network, and the gradient of its cost; `theta` and `gradient` are vectors in the order of `network.flatten`."""

    def __init__(self, params: Params, *, activation: Activation, loss: Loss, ridge: float) -> None:
        self.theta = flatten(params)
        self.gradient = np.empty_like(self.theta)
        self._layers = views(self.theta, params)
        self._gradients = views(self.gradient, params)
        # A view made once: a transpose costs as much as a small product.
        self._transposed = tuple(layer.W.T for layer in self._layers)
        self._forward, self._backward = _KERNELS.get(activation, _generic(activation))
        self._loss = _HEADS.get(loss)
        self._plain_loss = loss
        self._ridge = ridge
        self._scratch: dict[int, _Scratch] = {}

    def value_and_grad(self, X: FloatArray, y: Targets) -> float:
        """Return the cost of a batch, and write its gradient into `gradient`."""
        n, last = len(X), len(self._layers) - 1
        scratch = self._scratch.get(n) or self._make_scratch(n)
        outputs, deltas, ones = scratch.outputs, scratch.deltas, scratch.ones
        A, memories = X, []
        for number, (W, b) in enumerate(self._layers):
            Z = outputs[number]
            A.dot(W, Z)
            np.add(Z, b, Z)
            if number < last:
                memories.append(self._forward(Z))
            A = Z
        delta = deltas[last]
        if self._loss is not None and (y.ndim == 1) == (self._plain_loss is categorical_cross_entropy):
            value = self._loss(y, A, delta, scratch)
        else:
            value, delta[...] = self._plain_loss.value_and_grad(y, A)
        for number in range(last, -1, -1):
            W_gradient, b_gradient = self._gradients[number]
            (outputs[number - 1] if number else X).T.dot(delta, W_gradient)
            # Three times as fast as sum(axis=0).
            ones.dot(delta, b_gradient)
            if number:
                below = deltas[number - 1]
                delta.dot(self._transposed[number], below)
                self._backward(below, memories[number - 1])
                delta = below
        if self._ridge:
            for layer, gradient in zip(self._layers, self._gradients, strict=True):
                value += 0.5 * self._ridge * float(np.vdot(layer.W, layer.W))
                np.add(gradient.W, self._ridge * layer.W, gradient.W)
        return value

    def _make_scratch(self, n: int) -> _Scratch:
        dtype, q = self.theta.dtype, len(self._layers[-1].b)
        shapes = [(n, len(layer.b)) for layer in self._layers]
        self._scratch[n] = _Scratch(
            tuple(np.empty(shape, dtype) for shape in shapes),
            tuple(np.empty(shape, dtype) for shape in shapes),
            np.ones(n, dtype),
            np.empty((q, n), dtype),
            np.empty((1, n), dtype),
            np.arange(n),
        )
        return self._scratch[n]


def views(theta: FloatArray, like: Params) -> Params:
    """Return the network in a vector, without a copy."""
    layers, start = [], 0
    for W, b in like:
        middle, end = start + W.size, start + W.size + b.size
        layers.append(Layer(theta[start:middle].reshape(W.shape), theta[middle:end]))
        start = end
    return tuple(layers)


# --- activations: forward puts phi(Z) into Z and returns what backward needs to put delta * phi'(Z) into delta --------

_Kernel = tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray, FloatArray], None]]


def _identity_forward(Z: FloatArray) -> FloatArray:
    return Z


def _identity_backward(delta: FloatArray, A: FloatArray) -> None:
    """Leave delta as it is."""


def _relu_forward(Z: FloatArray) -> FloatArray:
    return np.maximum(Z, 0.0, out=Z)


def _relu_backward(delta: FloatArray, A: FloatArray) -> None:
    np.multiply(delta, A > 0.0, delta)


def _tanh_forward(Z: FloatArray) -> FloatArray:
    return np.tanh(Z, Z)


def _tanh_backward(delta: FloatArray, A: FloatArray) -> None:
    np.multiply(A, A, A)
    np.subtract(1.0, A, A)
    np.multiply(delta, A, delta)


def _logistic_forward(Z: FloatArray) -> FloatArray:
    # (1 + tanh(z / 2)) / 2 never overflows. Its left tail is exact to the rounding unit of 1 only, as tanh's is.
    np.multiply(Z, 0.5, Z)
    np.tanh(Z, Z)
    np.add(Z, 1.0, Z)
    return np.multiply(Z, 0.5, Z)


def _logistic_backward(delta: FloatArray, A: FloatArray) -> None:
    np.multiply(delta, A, delta)
    np.subtract(1.0, A, A)
    np.multiply(delta, A, delta)


def _generic(activation: Activation) -> _Kernel:
    def forward(Z: FloatArray) -> FloatArray:
        slope = activation.derivative(Z)
        Z[...] = activation.value(Z)
        return slope

    def backward(delta: FloatArray, slope: FloatArray) -> None:
        np.multiply(delta, slope, delta)

    return forward, backward


_KERNELS: dict[Activation, _Kernel] = {
    identity: (_identity_forward, _identity_backward),
    relu: (_relu_forward, _relu_backward),
    tanh: (_tanh_forward, _tanh_backward),
    logistic: (_logistic_forward, _logistic_backward),
}


# --- losses: return the mean loss and write its gradient into delta; F may be overwritten -----------------------------

_Head = Callable[[Targets, FloatArray, FloatArray, _Scratch], float]


def _half_squared_error(y: Targets, F: FloatArray, delta: FloatArray, _: _Scratch) -> float:
    np.subtract(F, y, delta)
    value = 0.5 * _sum_of_squares(delta) / len(F)
    np.divide(delta, len(F), delta)
    return value


def _squared_error(y: Targets, F: FloatArray, delta: FloatArray, _: _Scratch) -> float:
    np.subtract(F, y, delta)
    value = _sum_of_squares(delta) / len(F)
    np.multiply(delta, 2.0 / len(F), delta)
    return value


def _binary_cross_entropy(y: Targets, F: FloatArray, delta: FloatArray, _: _Scratch) -> float:
    # log(1 + e^f) - y f = log(1 + e^-|f|) + (max(f, 0) - y f), entry by entry: the bracket is exact for labels 0 and 1.
    np.abs(F, delta)
    np.negative(delta, delta)
    np.exp(delta, delta)
    np.log1p(delta, delta)
    np.add(delta, np.maximum(F, 0.0) - y * F, delta)
    value = float(np.add.reduce(delta, axis=None, dtype=np.float64))
    _logistic_forward(F)
    np.subtract(F, y, delta)
    np.divide(delta, len(F), delta)
    return value / len(F)


def _labels_cross_entropy(y: Targets, F: FloatArray, delta: FloatArray, scratch: _Scratch) -> float:
    # One class a row of T: then the reductions run along the rows' direction of memory, which is four times as fast.
    T, row, numbers, n = scratch.classes, scratch.row, scratch.numbers, len(F)
    np.copyto(T, F.T)
    np.maximum.reduce(T, axis=0, keepdims=True, out=row)
    np.subtract(T, row, T)
    value = -float(T[y, numbers].sum(dtype=np.float64))
    np.exp(T, T)
    np.add.reduce(T, axis=0, keepdims=True, out=row)
    value += float(np.log(row).sum(dtype=np.float64))
    np.multiply(row, float(n), row)
    np.divide(T, row, T)
    T[y, numbers] -= T.dtype.type(1.0 / n)
    np.copyto(delta, T.T)
    return value / n


_HEADS: dict[Loss, _Head] = {
    squared_error: _squared_error,
    half_squared_error: _half_squared_error,
    binary_cross_entropy: _binary_cross_entropy,
    categorical_cross_entropy: _labels_cross_entropy,
}


def _sum_of_squares(delta: FloatArray) -> float:
    """Add up in float64, as `losses` does."""
    wide = delta.astype(np.float64, copy=False)
    return float(np.vdot(wide, wide))
