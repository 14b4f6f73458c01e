"""Checkers for the exercises of the chapter on networks."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathnn.exercises.verdict import Verdict, judge

_Array = NDArray[np.floating[Any]]

_SIZES = [((3, 2, 3, 1),), ((64, 32, 32, 10),), ((2, 5),), ((1, 4, 2),)]
_X = np.array([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]])
_W1 = np.array([[1.0, -1.0, 0.5], [2.0, 0.5, -1.5]])
_B1 = np.array([0.5, -1.0, 2.0])
_W2 = np.array([[3.0, -1.0], [-2.0, 0.5], [1.0, 4.0]])
_B2 = np.array([0.25, -0.75])


def parameter_count(answer: object) -> Verdict:
    """Check a function ``f(sizes)``: the number of parameters of a network.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> parameter_count(lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)))
    Not yet. The biases are parameters, too.
    """
    return judge(
        answer,
        lambda sizes: sum((a + 1) * b for a, b in itertools.pairwise(sizes)),
        _SIZES,
        mistakes={
            "The biases are parameters, too.": lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)),
            "Inputs have no bias: one for each neuron.": lambda sizes: (
                sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes)
            ),
            "A bias belongs to the neuron that it is added to, not to the one where the line starts.": lambda sizes: (
                sum(a * (b + 1) for a, b in itertools.pairwise(sizes))
            ),
            "That is the number of neurons and inputs.": lambda sizes: sum(sizes),
        },
        praise="Each neuron has one weight for each input, and a bias.",
    )


def row_layout(answer: object) -> Verdict:
    """Check a function ``f(w, b, X)``: pre-activations of a batch from a matrix that is printed for columns.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> row_layout(lambda w, b, X: w @ X.T + b[:, None])
    Not yet. Your function returns shape (3, 4); the right shape is (4, 3).
    """
    w = np.array([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0], [2.0, 1.0, 0.0]])
    X = np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.5], [3.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    return judge(
        answer,
        lambda w, b, X: X @ w.T + b,
        [(w, np.array([1.0, -1.0, 0.5]), X), (_W2[:2], _B2, _X)],
        mistakes={
            "The matrix is printed for columns: rows need its transpose.": lambda w, b, X: X @ w + b,
            "The bias is missing.": lambda w, b, X: X @ w.T,
            "The bias is added, not subtracted.": lambda w, b, X: X @ w.T - b,
        },
        praise="Transposed once, when the matrix is read, and never again.",
    )


def forward(answer: object) -> Verdict:
    """Check a function ``f(X, W1, b1, W2, b2)``: the output of a network with one hidden layer and tanh.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> forward(lambda X, W1, b1, W2, b2: np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2))
    Not yet. The output layer does not bend: no tanh after the last affine map.
    """
    return judge(
        answer,
        lambda X, W1, b1, W2, b2: np.tanh(X @ W1 + b1) @ W2 + b2,
        [(_X, _W1, _B1, _W2, _B2), (0.1 * _X[:1], _W1, 0.0 * _B1, _W2, _B2)],
        mistakes={
            "The output layer does not bend: no tanh after the last affine map.": lambda X, W1, b1, W2, b2: np.tanh(
                np.tanh(X @ W1 + b1) @ W2 + b2
            ),
            "Without tanh between the layers the network is one affine map.": lambda X, W1, b1, W2, b2: (
                (X @ W1 + b1) @ W2 + b2
            ),
            "The bias of the hidden layer goes inside tanh.": lambda X, W1, b1, W2, b2: (
                (np.tanh(X @ W1) + b1) @ W2 + b2
            ),
            "The biases are missing.": lambda X, W1, b1, W2, b2: np.tanh(X @ W1) @ W2,
            "The bias of the output layer is missing.": lambda X, W1, b1, W2, b2: np.tanh(X @ W1 + b1) @ W2,
        },
        praise="Two affine maps, and one bend between them.",
    )


def collapsed_bias(answer: object) -> Verdict:
    """Check a function ``f(W1, b1, W2, b2)``: the bias of two layers without activation, as one affine map.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> collapsed_bias(lambda W1, b1, W2, b2: b2)
    Not yet. The first bias passes through the second layer, and is not lost.
    """
    return judge(
        answer,
        lambda W1, b1, W2, b2: b1 @ W2 + b2,
        [(_W1, _B1, _W2, _B2), (np.eye(2), np.array([1.0, 2.0]), np.array([[1.0, 3.0], [-1.0, 2.0]]), np.ones(2))],
        mistakes={
            "The first bias passes through the second layer, and is not lost.": lambda W1, b1, W2, b2: b2,
            "The second bias is added as well.": lambda W1, b1, W2, b2: b1 @ W2,
            "The second bias is added once, after the second layer.": lambda W1, b1, W2, b2: b1 @ W2 + 2 * b2,
            "The weights of the first layer act before its bias is added.": lambda W1, b1, W2, b2: (
                b1 @ W1.T @ W1 @ W2 + b2
            ),
            "The biases are not lost.": lambda W1, b1, W2, b2: 0 * b2,
        },
        praise="The bias of a layer goes through all later layers.",
    )


def slope_at(answer: object) -> Verdict:
    """Check a function ``f(x, W1, b1, W2)``: the matrix of the affine map that a ReLU network is near x.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> slope_at(lambda x, W1, b1, W2: W1 @ W2)
    Not yet. Only the neurons that are on take part.
    """

    def right(x: _Array, W1: _Array, b1: _Array, W2: _Array) -> _Array:
        return (W1 * (x @ W1 + b1 > 0)) @ W2

    return judge(
        answer,
        right,
        [
            (_X[0], _W1, _B1, _W2),
            (_X[1], _W1, _B1, _W2),
            (np.array([0.3, 0.3]), _W1, _B1, _W2),
            (np.zeros(2), _W1, np.array([0.05, -0.05, 2.0]), _W2),
        ],
        mistakes={
            "Only the neurons that are on take part.": lambda x, W1, b1, W2: W1 @ W2,
            "The bias decides, too, which neurons are on.": lambda x, W1, b1, W2: (W1 * (x @ W1 > 0)) @ W2,
            "Those that are on, not those that are off.": lambda x, W1, b1, W2: (W1 * (x @ W1 + b1 <= 0)) @ W2,
            "On means slope 1, not the value of the neuron.": lambda x, W1, b1, W2: (
                (W1 * np.maximum(x @ W1 + b1, 0)) @ W2
            ),
        },
        praise="The pattern decides which columns of W1 and rows of W2 meet.",
    )


def twins(answer: object) -> Verdict:
    """Check a function ``f(widths)``: how many parameters the symmetries of a tanh network reach from one.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> twins(lambda widths: math.prod(math.factorial(m) for m in widths))
    Not yet. That counts the permutations only: with tanh the signs may change, too.
    """

    def product(factor: Any) -> Any:
        return lambda widths: math.prod(factor(m) for m in widths)

    def total(widths: Sequence[int]) -> int:
        return sum(2**m * math.factorial(m) for m in widths)

    return judge(
        answer,
        product(lambda m: 2**m * math.factorial(m)),
        [((2,),), ((3,),), ((2, 4),), ((5, 1, 3),)],
        mistakes={
            "That counts the permutations only: with tanh the signs may change, too.": product(math.factorial),
            "The neurons can also change places.": product(lambda m: 2**m),
            "Each neuron has a sign of its own.": product(lambda m: 2 * math.factorial(m)),
            "Layers are independent: multiply, do not add.": total,
            "Neurons of different layers cannot change places.": lambda widths: (
                2 ** sum(widths) * math.factorial(sum(widths))
            ),
        },
        praise="A cost that has a best point has at least that many.",
    )


def balance(answer: object) -> Verdict:
    """Check a function ``f(w, b, v)``: the factor c that makes (cw, cb) and v/c equally long.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> balance(lambda w, b, v: np.linalg.norm(v) / np.linalg.norm(np.append(w, b)))
    Not yet. The factor acts on both ends: take the square root.
    """

    def length(w: _Array, b: float) -> float:
        return float(np.linalg.norm(np.append(w, b)))

    def right(w: _Array, b: float, v: _Array) -> float:
        return float(np.sqrt(np.linalg.norm(v) / length(w, b)))

    return judge(
        answer,
        right,
        [(np.array([3.0, 4.0]), 12.0, np.array([1.0])), (np.array([0.5]), -1.0, np.array([2.0, 2.0, 1.0]))],
        mistakes={
            "The factor acts on both ends: take the square root.": lambda w, b, v: np.linalg.norm(v) / length(w, b),
            "The other way round: c multiplies what comes in.": lambda w, b, v: 1 / right(w, b, v),
            "The bias is scaled as well, so it belongs to the length.": lambda w, b, v: np.sqrt(
                np.linalg.norm(v) / np.linalg.norm(w)
            ),
            "Lengths, not sums.": lambda w, b, v: np.sqrt(np.abs(v).sum() / np.abs(np.append(w, b)).sum()),
        },
        praise="Among all scalings of this neuron the squares of its weights have the least sum then.",
    )


def flat_index(answer: object) -> Verdict:
    """Check a function ``f(sizes, layer, i, j)``: the place of a weight in the vector of all parameters.

    Parameters
    ----------
    answer : callable or None
        The reader's function. Layers count from 1; i, j and places count from 0, as in NumPy.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> flat_index(lambda sizes, layer, i, j: i * sizes[layer] + j)
    Not yet. The layers before come first.
    """

    def before(sizes: Sequence[int], layer: int, bias: int = 1) -> int:
        return sum((a + bias) * b for a, b in itertools.pairwise(sizes[:layer]))

    return judge(
        answer,
        lambda sizes, layer, i, j: before(sizes, layer) + i * sizes[layer] + j,
        [((3, 2, 3, 1), 1, 1, 0), ((3, 2, 3, 1), 2, 1, 2), ((3, 2, 3, 1), 3, 2, 0), ((4, 5, 6), 2, 3, 4)],
        mistakes={
            "The layers before come first.": lambda sizes, layer, i, j: i * sizes[layer] + j,
            "The biases of the layers before take places, too.": lambda sizes, layer, i, j: (
                before(sizes, layer, 0) + i * sizes[layer] + j
            ),
            "By rows, not by columns.": lambda sizes, layer, i, j: before(sizes, layer) + j * sizes[layer - 1] + i,
            "Places count from 0.": lambda sizes, layer, i, j: before(sizes, layer) + i * sizes[layer] + j + 1,
            "A row of W has as many entries as the layer has neurons.": lambda sizes, layer, i, j: (
                before(sizes, layer) + i * sizes[layer - 1] + j
            ),
        },
        praise="Layer by layer, weights by rows, then the biases.",
    )


def pieces_of_plane(answer: object) -> Verdict:
    """Check a function ``f(m)``: into how many pieces m lines can cut the plane at most.

    Parameters
    ----------
    answer : callable or None
        The reader's function.

    Returns
    -------
    Verdict
        Right, or wrong and why.

    Examples
    --------
    >>> pieces_of_plane(lambda m: 2**m)
    Not yet. Not every pattern of on and off occurs: three lines make seven pieces, not eight.
    """
    return judge(
        answer,
        lambda m: 1 + m + m * (m - 1) // 2,
        [(0,), (1,), (2,), (3,), (10,)],
        mistakes={
            "Not every pattern of on and off occurs: three lines make seven pieces, not eight.": lambda m: 2**m,
            "That is for points on a line.": lambda m: m + 1,
            "One piece is there before the first line.": lambda m: m + m * (m - 1) // 2,
            "Each pair of lines crosses once, not twice.": lambda m: 1 + m + m * (m - 1),
        },
        praise="The m-th line passes through at most m pieces and halves each.",
    )
