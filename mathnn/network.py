r"""Dense networks: forward pass, backward pass, and the gradient of a loss.

A network with layers 1, ..., L is a tuple of `Layer`; the number of its layers is its depth. With :math:`A^{[0]} = X`,

.. math:: Z^{[l]} = A^{[l-1]} W^{[l]} + \mathbf 1 b^{[l] \mathsf T}, \qquad A^{[l]} = \varphi(Z^{[l]}) \ (l < L),

and the output is :math:`Z^{[L]}`: no activation acts on it, since the losses take it as it is. One example is one row.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_equal,
    require_generator,
)
from mathnn.activations import Activation
from mathnn.losses import Loss


class Layer(NamedTuple):
    r"""One affine map :math:`a \mapsto W^{\mathsf T} a + b`; also the gradient with respect to its parameters.

    Attributes
    ----------
    W : numpy.ndarray, shape (d_in, d_out)
        Weights; column j belongs to unit j of the layer.
    b : numpy.ndarray, shape (d_out,)
        Biases.

    Notes
    -----
    Book: ``def-dense-layer``.
    """

    W: FloatArray
    b: FloatArray


Params = tuple[Layer, ...]


class Trace(NamedTuple):
    """What a forward pass computes on its way.

    Attributes
    ----------
    inputs : tuple of numpy.ndarray
        The input of each layer: X, then the activations of the layers before.
    outputs : tuple of numpy.ndarray
        The pre-activations of each layer; the last one is the output of the network.
    """

    inputs: tuple[FloatArray, ...]
    outputs: tuple[FloatArray, ...]


def init(
    sizes: Sequence[int],
    *,
    rng: np.random.Generator,
    scheme: Literal["he", "xavier"] = "he",
    dtype: DTypeLike = np.float64,
) -> Params:
    r"""Draw the weights of a network; the biases are zero.

    .. math:: W^{[l]}_{ij} \sim \mathcal N(0, v_l), \qquad
       v_l = \frac{2}{d_{l-1}} \text{ (he)} \quad \text{or} \quad \frac{2}{d_{l-1} + d_l} \text{ (xavier)}

    Parameters
    ----------
    sizes : sequence of int
        The widths :math:`d_0, \dots, d_L`: features, hidden layers, outputs.
    rng : numpy.random.Generator
        Source of randomness.
    scheme : {"he", "xavier"}
        He's variance keeps the size of ReLU activations from layer to layer; Xavier's is a compromise between
        forward and backward pass, for tanh and the logistic function.
    dtype : dtype
        float32 or float64. The numbers are drawn in float64 and rounded, so that both give the same network.

    Returns
    -------
    tuple of Layer
        The parameters.

    Raises
    ------
    TypeError
        If a size is not an integer, `rng` not a generator, or `dtype` another one.
    ValueError
        If there are fewer than two sizes, a size is not positive, or the scheme is unknown.

    Notes
    -----
    Book: ``def-random-network``, ``prop-forward-variance``.

    References
    ----------
    He et al., Delving deep into rectifiers (2015); Glorot and Bengio, Understanding the difficulty of training deep
    feedforward neural networks (2010).

    Examples
    --------
    >>> params = init((3, 5, 1), rng=np.random.default_rng(0))
    >>> [layer.W.shape for layer in params]
    [(3, 5), (5, 1)]
    """
    require_generator(rng)
    if len(sizes) < 2:
        raise ValueError(f"sizes must name at least the input and the output, got {tuple(sizes)}")
    widths = [positive_integer(size, "sizes") for size in sizes]
    if scheme not in ("he", "xavier"):
        raise ValueError(f'scheme must be "he" or "xavier", got {scheme!r}')
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise TypeError(f"dtype must be float32 or float64, got {kind}")
    layers = []
    for d_in, d_out in itertools.pairwise(widths):
        variance = 2.0 / d_in if scheme == "he" else 2.0 / (d_in + d_out)
        W = math.sqrt(variance) * rng.standard_normal((d_in, d_out))
        layers.append(Layer(W.astype(kind), np.zeros(d_out, dtype=kind)))
    return tuple(layers)


def forward(params: Params, X: ArrayLike, *, activation: Activation) -> Trace:
    r"""Run the network and keep what the backward pass needs.

    .. math:: Z^{[l]} = A^{[l-1]} W^{[l]} + \mathbf 1 b^{[l] \mathsf T}, \qquad A^{[l]} = \varphi(Z^{[l]})

    Parameters
    ----------
    params : tuple of Layer
        The network.
    X : array_like, shape (n, d_0)
        One example a row.
    activation : Activation
        The activation function of all hidden layers.

    Returns
    -------
    Trace
        Inputs and pre-activations of all layers.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If shapes do not fit together.

    Notes
    -----
    Book: ``alg-forward``.

    Examples
    --------
    >>> from mathnn.activations import relu
    >>> params = (Layer(np.array([[1.0, -1.0]]), np.zeros(2)), Layer(np.ones((2, 1)), np.zeros(1)))
    >>> print(forward(params, [[-3.0], [2.0]], activation=relu).outputs[-1])
    [[3.]
     [2.]]
    """
    layers, A = _checked(params, X, activation)
    inputs, outputs = [A], []
    for number, layer in enumerate(layers, start=1):
        Z = A @ layer.W + layer.b
        outputs.append(Z)
        if number < len(layers):
            A = activation.value(Z)
            inputs.append(A)
    return Trace(tuple(inputs), tuple(outputs))


def predict(params: Params, X: ArrayLike, *, activation: Activation) -> FloatArray:
    """Return the output of the network.

    Parameters
    ----------
    params, X, activation
        As for `forward`.

    Returns
    -------
    numpy.ndarray, shape (n, d_L)
        The output of the last layer: predictions or logits.

    Raises
    ------
    TypeError, ValueError
        As `forward`.

    Notes
    -----
    Book: ``def-network``, ``prop-forward``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> print(predict((Layer(np.array([[2.0]]), np.array([1.0])),), [[3.0]], activation=identity))
    [[7.]]
    """
    return forward(params, X, activation=activation).outputs[-1]


def backward(params: Params, trace: Trace, cotangent: ArrayLike, *, activation: Activation) -> Params:
    r"""Carry the gradient with respect to the output back to all parameters.

    .. math::
       \Delta^{[L]} = \bar F, \qquad
       \Delta^{[l]} = \bigl(\Delta^{[l+1]} W^{[l+1] \mathsf T}\bigr) \odot \varphi'(Z^{[l]}), \qquad
       \nabla_{W^{[l]}} = A^{[l-1] \mathsf T} \Delta^{[l]}, \qquad
       \nabla_{b^{[l]}} = \Delta^{[l] \mathsf T} \mathbf 1

    Parameters
    ----------
    params : tuple of Layer
        The network.
    trace : Trace
        What `forward` returned for these parameters.
    cotangent : array_like, shape (n, d_L)
        The gradient :math:`\bar F` of some number with respect to the output of the network.
    activation : Activation
        The one of the forward pass.

    Returns
    -------
    tuple of Layer
        The gradient of that number with respect to the parameters, in their shapes.

    Raises
    ------
    TypeError, ValueError
        If the cotangent does not have the shape of the output.

    Notes
    -----
    Book: ``cor-backprop-batch``, ``alg-backpropagation``. At a kink the derivative is the one that `Activation` takes.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> params = (Layer(np.array([[2.0]]), np.array([1.0])),)
    >>> trace = forward(params, [[3.0]], activation=identity)
    >>> print(backward(params, trace, [[1.0]], activation=identity)[0].W)
    [[3.]]
    """
    layers = _layers(params)
    delta = float_array(cotangent, "cotangent", "(n, q)")
    if delta.shape != trace.outputs[-1].shape:
        raise ValueError(
            f"cotangent must have the shape of the output, got {delta.shape} and {trace.outputs[-1].shape}"
        )
    gradient = [
        Layer(trace.inputs[number].T @ at_layer, at_layer.sum(axis=0))
        for number, at_layer in _deltas(layers, trace, delta, activation)
    ]
    return tuple(reversed(gradient))


def value_and_grad(
    params: Params, X: ArrayLike, y: ArrayLike, *, activation: Activation, loss: Loss, ridge: float = 0.0
) -> tuple[float, Params]:
    r"""Mean loss of a batch with a penalty on the weights, and its gradient.

    .. math:: J = \frac1n \sum_{i=1}^n \ell(y_i, f_i) + \frac\lambda2 \sum_l \|W^{[l]}\|_F^2

    Parameters
    ----------
    params : tuple of Layer
        The network.
    X : array_like, shape (n, d_0)
        One example a row.
    y : array_like
        Targets, as `loss` takes them: shape (n, d_L), or integer labels for categorical cross-entropy.
    activation : Activation
        The activation function of all hidden layers.
    loss : Loss
        The loss.
    ridge : float
        The penalty :math:`\lambda \ge 0`. It is not divided by n, and biases are not penalised.

    Returns
    -------
    value : float
        The cost :math:`J`.
    gradient : tuple of Layer
        Its gradient, in the shapes of the parameters.

    Raises
    ------
    TypeError, ValueError
        As `forward` and the loss, and if `ridge` is negative.

    Notes
    -----
    Book: ``cor-backprop-batch``, ``prop-starts``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> from mathnn.losses import squared_error
    >>> params = (Layer(np.array([[2.0]]), np.array([1.0])),)
    >>> value, gradient = value_and_grad(params, [[3.0]], [[5.0]], activation=identity, loss=squared_error)
    >>> print(value, gradient[0].W, gradient[0].b)
    4.0 [[12.]] [4.]
    """
    layers = _layers(params)
    penalty = real_number(ridge, "ridge", minimum=0.0)
    trace = forward(layers, X, activation=activation)
    value, cotangent = loss.value_and_grad(y, trace.outputs[-1])
    gradient = backward(layers, trace, cotangent, activation=activation)
    if penalty:
        value += 0.5 * penalty * sum(float(np.vdot(layer.W, layer.W)) for layer in layers)
        gradient = tuple(Layer(g.W + penalty * layer.W, g.b) for g, layer in zip(gradient, layers, strict=True))
    return value, gradient


def flatten(params: Params) -> FloatArray:
    r"""Write all parameters into one vector :math:`\theta`: layer by layer, the weights by rows, then the biases.

    Parameters
    ----------
    params : tuple of Layer
        A network, or a gradient.

    Returns
    -------
    numpy.ndarray, shape (P,)
        The vector.

    Raises
    ------
    TypeError, ValueError
        If this is not a network.

    Notes
    -----
    Book: ``prop-flatten``.

    Examples
    --------
    >>> print(flatten((Layer(np.array([[1.0, 2.0]]), np.array([3.0, 4.0])),)))
    [1. 2. 3. 4.]
    """
    return np.concatenate([part.ravel() for layer in _layers(params) for part in layer])


def unflatten(theta: ArrayLike, like: Params) -> Params:
    r"""Read a network from a vector; the inverse of `flatten`.

    Parameters
    ----------
    theta : array_like, shape (P,)
        The vector.
    like : tuple of Layer
        A network of the wanted shapes.

    Returns
    -------
    tuple of Layer
        The network; its arrays are copies.

    Raises
    ------
    TypeError, ValueError
        If `theta` is not a vector of as many numbers as `like` has.

    Notes
    -----
    Book: ``prop-flatten``.

    Examples
    --------
    >>> like = (Layer(np.zeros((1, 2)), np.zeros(2)),)
    >>> print(unflatten([1.0, 2.0, 3.0, 4.0], like)[0].b)
    [3. 4.]
    """
    vector = float_array(theta, "theta", "(P,)")
    shapes = [(layer.W.shape, layer.b.shape) for layer in _layers(like)]
    require_equal(len(vector), "length of theta", sum(math.prod(w) + b[0] for w, b in shapes), "number of parameters")
    layers, start = [], 0
    for w_shape, b_shape in shapes:
        middle = start + math.prod(w_shape)
        end = middle + b_shape[0]
        layers.append(Layer(vector[start:middle].reshape(w_shape).copy(), vector[middle:end].copy()))
        start = end
    return tuple(layers)


def per_example_gradients(
    params: Params, X: ArrayLike, y: ArrayLike, *, activation: Activation, loss: Loss, out: FloatArray | None = None
) -> FloatArray:
    r"""Gradient of the loss of each example by itself; their mean is the gradient of the batch.

    .. math:: G_i = \nabla_\theta\, \ell(y_i, f_i), \qquad
       \nabla_{W^{[l]}} \ell(y_i, f_i) = a_i^{[l-1]} \delta_i^{[l] \mathsf T}

    Parameters
    ----------
    params, X, y, activation, loss
        As for `value_and_grad`.
    out : numpy.ndarray, shape (n, P), optional
        Where to write the result: saves a large new array in a loop.

    Returns
    -------
    numpy.ndarray, shape (n, P)
        Row i is the gradient for example i, in the order of `flatten`.

    Raises
    ------
    TypeError, ValueError
        As `value_and_grad`.

    Notes
    -----
    Book: ``cor-backprop-batch``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> from mathnn.losses import half_squared_error
    >>> params = (Layer(np.array([[2.0]]), np.array([0.0])),)
    >>> print(
    ...     per_example_gradients(
    ...         params, [[1.0], [3.0]], [[1.0], [6.0]], activation=identity, loss=half_squared_error
    ...     )
    ... )
    [[1. 1.]
     [0. 0.]]
    """
    layers = _layers(params)
    trace = forward(layers, X, activation=activation)
    n = len(trace.inputs[0])
    # The gradient of the mean is 1/n of the examples' own.
    delta = n * loss.value_and_grad(y, trace.outputs[-1])[1]
    shape = (n, sum(layer.W.size + layer.b.size for layer in layers))
    result = np.empty(shape, dtype=delta.dtype) if out is None else out
    if result.shape != shape or result.dtype != delta.dtype or not result.flags.c_contiguous:
        raise ValueError(
            f"out must be a C-contiguous array of shape {shape} and dtype {delta.dtype}, "
            f"got shape {result.shape} and dtype {result.dtype}"
        )
    end = result.shape[1]
    for number, at_layer in _deltas(layers, trace, delta, activation):
        W, b = layers[number]
        middle, start = end - b.size, end - b.size - W.size
        # A view: the products are written where they belong.
        outer = result[:, start:middle].reshape(n, *W.shape)
        np.multiply(trace.inputs[number][:, :, None], at_layer[:, None, :], out=outer)
        result[:, middle:end] = at_layer
        end = start
    return result


def jvp(params: Params, X: ArrayLike, tangent: Params, *, activation: Activation) -> FloatArray:
    r"""Differentiate the output with respect to the parameters, in one direction.

    .. math:: \dot Z^{[l]} = \dot A^{[l-1]} W^{[l]} + A^{[l-1]} \dot W^{[l]} + \mathbf 1 \dot b^{[l] \mathsf T}, \qquad
       \dot A^{[l]} = \dot Z^{[l]} \odot \varphi'(Z^{[l]}), \qquad \dot A^{[0]} = 0

    Parameters
    ----------
    params : tuple of Layer
        The network.
    X : array_like, shape (n, d_0)
        One example a row.
    tangent : tuple of Layer
        The direction, in the shapes of `params`.
    activation : Activation
        The activation function of all hidden layers.

    Returns
    -------
    numpy.ndarray, shape (n, d_L)
        The derivative of the output in this direction.

    Raises
    ------
    TypeError, ValueError
        As `forward`, and if the shapes of `tangent` are not those of `params`.

    Notes
    -----
    Book: ``prop-network-jvp``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> params = (Layer(np.array([[2.0]]), np.array([0.0])),)
    >>> print(jvp(params, [[3.0]], (Layer(np.array([[1.0]]), np.array([0.5])),), activation=identity))
    [[3.5]]
    """
    layers, directions = _layers(params), _layers(tangent, "tangent")
    trace = forward(layers, X, activation=activation)
    if [(d.W.shape, d.b.shape) for d in directions] != [(p.W.shape, p.b.shape) for p in layers]:
        raise ValueError("tangent must have the shapes of params, layer by layer")
    moved = np.zeros_like(trace.inputs[0])
    for number, (layer, direction) in enumerate(zip(layers, directions, strict=True)):
        moved = moved @ layer.W + trace.inputs[number] @ direction.W + direction.b
        if number < len(layers) - 1:
            moved = moved * activation.derivative(trace.outputs[number])
    return moved


def vjp(params: Params, X: ArrayLike, cotangent: ArrayLike, *, activation: Activation) -> Params:
    r"""Apply the transpose of `jvp`: the gradient of :math:`\langle \bar F, F(\theta) \rangle`.

    Parameters
    ----------
    params : tuple of Layer
        The network.
    X : array_like, shape (n, d_0)
        One example a row.
    cotangent : array_like, shape (n, d_L)
        The weights :math:`\bar F` of the outputs.
    activation : Activation
        The activation function of all hidden layers.

    Returns
    -------
    tuple of Layer
        The gradient, in the shapes of the parameters.

    Raises
    ------
    TypeError, ValueError
        As `forward` and `backward`.

    Notes
    -----
    Book: ``prop-network-jvp``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> params = (Layer(np.array([[2.0]]), np.array([0.0])),)
    >>> print(vjp(params, [[3.0]], [[10.0]], activation=identity)[0].W)
    [[30.]]
    """
    return backward(params, forward(params, X, activation=activation), cotangent, activation=activation)


def _deltas(
    layers: Params, trace: Trace, cotangent: FloatArray, activation: Activation
) -> Iterator[tuple[int, FloatArray]]:
    """Yield the gradient with respect to the pre-activations of each layer, from the last layer to the first."""
    delta = cotangent
    for number in reversed(range(len(layers))):
        yield number, delta
        if number:
            delta = (delta @ layers[number].W.T) * activation.derivative(trace.outputs[number - 1])


def _layers(params: Params, name: str = "params") -> Params:
    """Return the layers with their arrays checked one by one, and against their neighbours."""
    if not isinstance(params, tuple | list) or not params:
        raise TypeError(f"{name} must be a tuple of at least one Layer, got {type(params).__name__}")
    layers: list[Layer] = []
    for number, layer in enumerate(params, start=1):
        if not isinstance(layer, tuple) or len(layer) != 2:
            raise TypeError(f"{name} must hold pairs Layer(W, b), but layer {number} is {type(layer).__name__}")
        W = float_array(layer[0], f"W of layer {number}", "(d_in, d_out)")
        b = float_array(layer[1], f"b of layer {number}", "(d_out,)")
        require_equal(len(b), f"length of b of layer {number}", W.shape[1], "columns of its W")
        if layers:
            before = layers[-1].W.shape[1]
            require_equal(W.shape[0], f"rows of W of layer {number}", before, "columns of W of the layer before")
        layers.append(Layer(W, b))
    return tuple(layers)


def _checked(params: Params, X: ArrayLike, activation: Any) -> tuple[Params, FloatArray]:
    if not isinstance(activation, Activation):
        raise TypeError(
            f"activation must be an Activation, such as mathnn.activations.relu, got {type(activation).__name__}"
        )
    layers = _layers(params)
    rows = float_array(X, "X", "(n, d_0)")
    require_equal(rows.shape[1], "columns of X", layers[0].W.shape[0], "rows of W of layer 1")
    return layers, rows
