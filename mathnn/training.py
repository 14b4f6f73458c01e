r"""Training networks: mini-batches, the loop over epochs, and files.

The cost is that of `network.value_and_grad`: mean loss of a batch, plus a penalty on the weights.
"""

import math
import os
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mathnn import _engine, network
from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_equal,
    require_finite,
    require_generator,
)
from mathnn.activations import ACTIVATIONS, Activation
from mathnn.gradient_descent import ConvergenceWarning, Optimizer, State
from mathnn.losses import Loss
from mathnn.network import Params

_FORMAT = "mathnn network 1"


def minibatches(n: int, batch_size: int, *, rng: np.random.Generator) -> Iterator[np.ndarray[Any, np.dtype[np.intp]]]:
    r"""Split the numbers 0, ..., n - 1, shuffled, into batches.

    Each example is in exactly one batch, and every order is equally likely; so the gradient of a batch of full size,
    averaged over the orders, is the gradient of all.

    Parameters
    ----------
    n : int
        Number of examples, at least 1.
    batch_size : int
        Size of the batches, at least 1; the last one is smaller if it does not divide n.
    rng : numpy.random.Generator
        Source of randomness.

    Yields
    ------
    numpy.ndarray of int, shape (batch_size,)
        The rows of one batch.

    Raises
    ------
    TypeError, ValueError
        If a number is not a positive integer, or `rng` not a generator.

    Notes
    -----
    Book: ``def-epoch``, ``prop-epoch``.

    Examples
    --------
    >>> batches = minibatches(5, 2, rng=np.random.default_rng(0))
    >>> [len(batch) for batch in batches]
    [2, 2, 1]
    """
    count, size = positive_integer(n, "n"), positive_integer(batch_size, "batch_size")
    require_generator(rng)
    order = rng.permutation(count)
    return (order[start : start + size] for start in range(0, count, size))


def objective(
    params: Params, X: ArrayLike, y: ArrayLike, *, activation: Activation, loss: Loss, ridge: float = 0.0
) -> Callable[[ArrayLike], tuple[float, FloatArray]]:
    r"""Make the cost of a network on fixed data as a function of one vector :math:`\theta`.

    It is what `gradient_descent.minimize` and ``scipy.optimize.minimize(..., jac=True)`` take.

    Parameters
    ----------
    params : tuple of Layer
        A network of the wanted shapes and dtype.
    X, y, activation, loss, ridge
        As for `network.value_and_grad`.

    Returns
    -------
    callable
        Takes a vector in the order of `network.flatten`, and returns the cost and its gradient, a new vector.

    Raises
    ------
    TypeError, ValueError
        As `network.value_and_grad`.

    Notes
    -----
    Book: ``alg-training``.

    Examples
    --------
    >>> from mathnn.activations import identity
    >>> from mathnn.losses import squared_error
    >>> params = (network.Layer(np.array([[0.0]]), np.array([0.0])),)
    >>> cost = objective(params, [[3.0]], [[7.0]], activation=identity, loss=squared_error)
    >>> value, gradient = cost([2.0, 1.0])
    >>> print(value, gradient)
    0.0 [0. 0.]
    """
    rows, targets, engine = _prepared(params, X, y, activation, loss, ridge)

    def value_and_grad(theta: ArrayLike) -> tuple[float, FloatArray]:
        vector = float_array(theta, "theta", "(P,)")
        require_equal(len(vector), "length of theta", len(engine.theta), "number of parameters")
        engine.theta[...] = vector
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return engine.value_and_grad(rows, targets), engine.gradient.copy()

    return value_and_grad


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class Training:
    """What `train` did.

    Attributes
    ----------
    params : tuple of Layer
        The network after the last step.
    costs : numpy.ndarray, shape (n_epochs,)
        For each epoch the mean cost of its examples, each at the step that used it, before the step; penalty included.
    validation_losses : numpy.ndarray, shape (n_epochs,) or (0,)
        Loss on the validation data after each epoch, without the penalty; empty if there are no such data.
    n_epochs : int
        Number of epochs begun.
    reason : str
        Why the training stopped.
    state : State
        The optimizer's state after the last step.
    """

    params: Params
    costs: FloatArray
    validation_losses: FloatArray
    n_epochs: int
    reason: str
    state: State


def train(
    params: Params,
    X: ArrayLike,
    y: ArrayLike,
    *,
    activation: Activation,
    loss: Loss,
    optimizer: Optimizer,
    n_epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    ridge: float = 0.0,
    shuffle: bool = True,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    callback: Callable[[int, Params, float], object] | None = None,
    progress: bool = False,
) -> Training:
    r"""Train a network by steps along the gradients of mini-batches.

    Parameters
    ----------
    params : tuple of Layer
        The network to start from. It is not changed, and its dtype is that of all computations.
    X : array_like, shape (n, d_0)
        One example a row; finite.
    y : array_like
        Targets, as `loss` takes them.
    activation, loss, ridge
        As for `network.value_and_grad`.
    optimizer : Optimizer
        The rule for the steps.
    n_epochs : int
        Passes over the data, at least 1.
    batch_size : int
        Examples a step; the last batch of an epoch may be smaller.
    rng : numpy.random.Generator
        Shuffles the examples before each epoch.
    shuffle : bool
        With False the batches are the rows in their order, the same in each epoch, and `rng` is not used.
    validation : pair of array_like, optional
        Examples and targets whose loss is computed after each epoch.
    callback : callable, optional
        Called as ``callback(epoch, params, cost)`` after epochs 1, 2, ...; True stops the training.
    progress : bool
        Show a progress bar; needs tqdm.

    Returns
    -------
    Training
        The trained network, and the history.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or shape, out of its range, or not finite.
    ImportError
        If `progress` is asked for and tqdm is not installed.

    Warns
    -----
    ConvergenceWarning
        If the cost stops being finite; the training ends there.

    Notes
    -----
    Book: ``alg-training``.

    Examples
    --------
    >>> from mathnn import activations, gradient_descent, losses
    >>> X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> rng = np.random.default_rng(0)
    >>> trained = train(
    ...     network.init((2, 8, 1), rng=rng), X, y, activation=activations.tanh, loss=losses.binary_cross_entropy,
    ...     optimizer=gradient_descent.adam(0.05), n_epochs=200, batch_size=4, rng=rng,
    ... )
    >>> print(network.predict(trained.params, X, activation=activations.tanh).ravel() > 0)
    [False  True  True False]
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, such as gradient_descent.adam(), got {optimizer!r}")
    epochs, size = positive_integer(n_epochs, "n_epochs"), positive_integer(batch_size, "batch_size")
    require_generator(rng)
    rows, targets, engine = _prepared(params, X, y, activation, loss, ridge)
    held_out = None if validation is None else _checked_validation(params, validation, activation, loss)
    n, theta, gradient = len(rows), engine.theta, engine.gradient
    update, slots, t = optimizer._update, optimizer.init(theta).slots, 0
    batch_rows = np.empty((min(size, n), rows.shape[1]), rows.dtype) if shuffle else rows
    costs: list[float] = []
    validation_losses: list[float] = []
    reason, diverged = f"n_epochs = {epochs} epochs are done", False
    with _progress_bar(epochs, progress) as bar, np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for epoch in range(1, epochs + 1):
            order = rng.permutation(n) if shuffle else None
            total = 0.0
            for start in range(0, n, size):
                stop = min(start + size, n)
                if order is None:
                    batch_X, batch_y = rows[start:stop], targets[start:stop]
                else:
                    chosen = order[start:stop]
                    # The numbers are ours and in range; "clip" spares NumPy a copy.
                    batch_X = rows.take(chosen, 0, batch_rows[: stop - start], "clip")
                    batch_y = targets.take(chosen, 0)
                cost = engine.value_and_grad(batch_X, batch_y)
                total += cost * (stop - start)
                if not math.isfinite(cost):
                    break
                t += 1
                update(theta, gradient, slots, t)
            costs.append(total / n)
            diverged = not math.isfinite(total)
            if diverged:
                reason = f"the cost is not finite in epoch {epoch}: use a smaller rate, or scale the features"
                break
            if held_out is not None:
                output = network.predict(_copy(engine), held_out[0], activation=activation)
                validation_losses.append(loss.value(held_out[1], output))
            bar.update(1)
            if callback is not None and callback(epoch, _copy(engine), costs[-1]) is True:
                reason = f"the callback stopped it after epoch {epoch}"
                break
    if diverged or not np.isfinite(theta).all():
        # Whatever is not finite in X makes the weights of the first layer so in its step. Looked at only now: in a good
        # run it would cost as much as a tenth of an epoch.
        require_finite(rows, "X")
    if diverged:
        warnings.warn(f"training stopped: {reason}", ConvergenceWarning, stacklevel=2)
    return Training(_copy(engine), np.array(costs), np.array(validation_losses), len(costs), reason, State(t, slots))


def save(path: str | os.PathLike[str], params: Params, *, activation: Activation) -> None:
    """Save a network to a file; a file that is there is replaced as a whole or not at all.

    Parameters
    ----------
    path : path
        Where to; the usual ending is ``.npz``, and none is added.
    params : tuple of Layer
        The network.
    activation : Activation
        The activation function of its hidden layers, one of `activations.ACTIVATIONS`.

    Raises
    ------
    TypeError, ValueError
        If this is not a network, or the activation has no name in `activations.ACTIVATIONS`.
    OSError
        If the file cannot be written.

    Notes
    -----
    Book: ``ex-file``.

    Examples
    --------
    >>> import tempfile
    >>> from mathnn.activations import relu
    >>> path = Path(tempfile.mkdtemp()) / "net.npz"
    >>> save(path, network.init((2, 3, 1), rng=np.random.default_rng(0)), activation=relu)
    >>> params, activation = load(path)
    >>> [layer.W.shape for layer in params], activation.name
    ([(2, 3), (3, 1)], 'relu')
    """
    network.flatten(params)
    if not isinstance(activation, Activation) or ACTIVATIONS.get(activation.name) != activation:
        raise ValueError(f"activation must be one of activations.ACTIVATIONS, got {activation!r}")
    arrays: dict[str, Any] = {"format": np.array(_FORMAT), "activation": np.array(activation.name)}
    for number, layer in enumerate(params, start=1):
        arrays[f"W{number}"], arrays[f"b{number}"] = np.asarray(layer[0]), np.asarray(layer[1])
    target = Path(path)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # numbers and two texts: nothing that would be pickled
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> tuple[Params, Activation]:
    """Load a network that `save` wrote; nothing in the file is executed.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    params : tuple of Layer
        The network.
    activation : Activation
        The activation function of its hidden layers.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not such a file, or not a whole one.

    Notes
    -----
    Book: ``ex-file``.

    Examples
    --------
    >>> load("README.md")
    Traceback (most recent call last):
    ValueError: README.md is not a network saved by mathnn.training.save: it is not an npz file, or only a part of one
    """
    problem = f"{os.fspath(path)} is not a network saved by mathnn.training.save"
    with Path(path).open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError(f"{problem}: it is not an npz file, or only a part of one")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise ValueError(f"{problem}: {error}") from error
    if str(arrays.pop("format", "")) != _FORMAT:
        raise ValueError(f"{problem}: it does not say that its format is {_FORMAT!r}")
    activation = ACTIVATIONS.get(str(arrays.pop("activation", "")))
    depth = len(arrays) // 2
    names = {f"{letter}{number}" for letter in "Wb" for number in range(1, depth + 1)}
    if activation is None or names != set(arrays) or not depth:
        raise ValueError(f"{problem}: it must hold an activation and W1, b1, W2, b2, ..., and has {sorted(arrays)}")
    params = tuple(network.Layer(arrays[f"W{number}"], arrays[f"b{number}"]) for number in range(1, depth + 1))
    try:
        network.flatten(params)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{problem}: {error}") from error
    return params, activation


def _prepared(
    params: Params, X: ArrayLike, y: ArrayLike, activation: Activation, loss: Loss, ridge: float
) -> tuple[FloatArray, _engine.Targets, _engine.Engine]:
    """Check everything once, for all steps: examples and targets in the dtype of the network, and the engine."""
    penalty = real_number(ridge, "ridge", minimum=0.0)
    theta = network.flatten(params)
    require_finite(theta, "params")
    rows = float_array(X, "X", "(n, d_0)").astype(theta.dtype, copy=False)
    output = network.predict(params, np.zeros_like(rows[:1]), activation=activation)
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be a Loss, such as mathnn.losses.squared_error, got {type(loss).__name__}")
    if not len(rows):
        raise ValueError("X must have at least one example, got none")
    # Only shape and dtype of the predictions count here.
    targets = loss._targets(y, np.broadcast_to(output, (len(rows), output.shape[1])))
    require_finite(targets, "y")
    return rows, targets, _engine.Engine(params, activation=activation, loss=loss, ridge=penalty)


def _checked_validation(
    params: Params, validation: tuple[ArrayLike, ArrayLike], activation: Activation, loss: Loss
) -> tuple[FloatArray, _engine.Targets]:
    if not isinstance(validation, tuple) or len(validation) != 2:
        raise TypeError(f"validation must be a pair (X, y), got {type(validation).__name__}")
    try:
        rows, targets, _ = _prepared(params, *validation, activation, loss, 0.0)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in validation: {error}") from error
    return rows, targets


def _copy(engine: _engine.Engine) -> Params:
    """Return the network as it stands, in arrays of its own."""
    return tuple(network.Layer(W.copy(), b.copy()) for W, b in engine._layers)


class _NoBar:
    """Stands for a progress bar that nobody asked for."""

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, _: int) -> None:
        pass


def _progress_bar(epochs: int, progress: bool) -> Any:
    if not progress:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs tqdm: pip install tqdm, or pass progress=False") from error
    return tqdm(total=epochs, unit="epoch")
