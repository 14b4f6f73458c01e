"""Three ways to one gradient: SymPy with sizes that are symbols, SymPy with sizes that are numbers, and the program."""

import dataclasses
import itertools

import numpy as np
import pytest
import sympy as sp

from mathnn import activations, losses, network, symbolic
from mathnn.symbolic import SymbolicError
from mathnn.symbolic.explicit import _LOSSES
from mathnn.symbolic.network import ACTIVATIONS

# A few dozen terms of size 1; the cross-entropies here are the naive ones, at moderate logits.
CLOSE = 1e-12

SMOOTH_PAIRS = list(itertools.product(ACTIVATIONS, _LOSSES))
DEEP = [
    (2, "tanh", "binary_cross_entropy"),
    (2, "relu", "squared_error"),
    (2, "leaky_relu", "perceptron"),
    (3, "logistic", "categorical_cross_entropy"),
    (3, "softplus", "half_squared_error"),
    (3, "relu", "hinge"),
]
CASES = [(0, "identity", loss) for loss in _LOSSES] + [(1, *pair) for pair in SMOOTH_PAIRS] + DEEP


def problem(n_hidden, activation, loss, n=2):
    rng = np.random.default_rng(n_hidden)
    sizes = (*(3, 2, 3, 2)[: n_hidden + 1], 2)
    params = tuple(
        network.Layer(rng.standard_normal(shape), rng.standard_normal(shape[1])) for shape in itertools.pairwise(sizes)
    )
    X, Y = rng.standard_normal((n, 3)), rng.random((n, 2))
    if losses.LOSSES[loss].kinks:
        output = network.predict(params, X, activation=activations.ACTIVATIONS[activation])
        Y = np.where(output > 0, 1.0, -1.0) * np.where(np.arange(n) % 2, 1.0, -1.0)[:, None]
    return params, X, Y, sizes


def agree(first, second, names):
    for one, other in zip(first, second, strict=True):
        scale = max(np.abs(np.asarray(one)).max(), 1.0)
        error = np.abs(np.asarray(one) - np.asarray(other)).max()
        assert error <= CLOSE * scale, f"{names[0]} and {names[1]} differ by {error:.2g}"


@pytest.mark.parametrize(("n_hidden", "activation", "loss"), CASES)
def test_general_sizes_explicit_sizes_and_program_agree(n_hidden, activation, loss):
    params, X, Y, sizes = problem(n_hidden, activation, loss)
    value, gradient = network.value_and_grad(
        params, X, Y, activation=activations.ACTIVATIONS[activation], loss=losses.LOSSES[loss]
    )
    program = value, network.flatten(gradient)
    assert np.abs(program[1]).max() > 1e-3  # zeros would agree too easily
    compute = symbolic.to_numpy(symbolic.explicit_network(len(X), sizes, activation=activation, loss=loss))
    explicit = compute(network.flatten(params), X, Y)
    agree(explicit, program, ("explicit sizes", "program"))
    net = symbolic.network(n_hidden, activation=activation, loss=loss)
    arrays = {"X": X, "Y": Y}
    for number, layer in enumerate(params, start=1):
        arrays |= {f"W{number}": layer.W, f"b{number}": layer.b}
    parts = [
        symbolic.evaluate(symbolic.gradient(net.cost, base, normalise=False), **arrays).ravel()
        for base in net.parameters
    ]
    general = float(symbolic.evaluate(net.cost, **arrays)), np.concatenate(parts)
    agree(general, program, ("general sizes", "program"))
    agree(general, explicit, ("general sizes", "explicit sizes"))


def test_the_names_are_those_of_the_programs():
    assert set(_LOSSES) == set(losses.LOSSES)


@pytest.mark.parametrize("change", [1.001, -1.0])
def test_a_wrong_program_would_be_told(change):
    params, X, Y, sizes = problem(1, "tanh", "squared_error")
    compute = symbolic.to_numpy(symbolic.explicit_network(len(X), sizes, activation="tanh", loss="squared_error"))
    value, gradient = compute(network.flatten(params), X, Y)
    with pytest.raises(AssertionError, match="program and spoiled differ"):
        agree((value, gradient), (value, change * gradient), ("program", "spoiled"))


# --- a zero is not trusted ----------------------------------------------------------------------------------


def small():
    return symbolic.explicit_network(1, (1, 1), activation="identity", loss="squared_error")


class Opaque(sp.Function):
    """A function that claims that its derivative is zero."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sp.Integer(0)


def test_a_derivative_that_came_out_as_zero_is_refused():
    net = small()
    with pytest.raises(SymbolicError, match="came out as zero"):
        symbolic.to_numpy(dataclasses.replace(net, cost=Opaque(net.cost)))


def test_a_derivative_that_is_left_standing_is_refused():
    net = small()
    with pytest.raises(SymbolicError, match="did not carry out"):
        symbolic.to_numpy(dataclasses.replace(net, cost=sp.Function("f")(net.cost)))


def test_a_foreign_symbol_is_refused():
    net = small()
    with pytest.raises(SymbolicError, match="did not carry out"):
        symbolic.to_numpy(dataclasses.replace(net, cost=net.cost * sp.Symbol("i")))


def test_a_parameter_that_the_cost_does_not_have_has_the_derivative_zero():
    net = small()
    cost = net.cost.subs(net.parameters[1][0], 0)
    assert symbolic.to_numpy(dataclasses.replace(net, cost=cost))([1.0, 5.0], [[2.0]], [[1.0]])[1].tolist() == [
        4.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"activation": "swish"}, "activation and loss must be among"),
        ({"loss": "mse"}, "activation and loss must be among"),
        ({"sizes": (3,)}, "at least two sizes"),
        ({"sizes": (3, 0)}, "positive"),
        ({"n": 0}, "positive"),
    ],
)
def test_unknown_names_and_sizes_are_refused(change, text):
    arguments = {"n": 1, "sizes": (1, 1), "activation": "tanh", "loss": "squared_error"} | change
    with pytest.raises(SymbolicError, match=text):
        symbolic.explicit_network(arguments.pop("n"), arguments.pop("sizes"), **arguments)


def test_numbers_of_another_shape_are_refused():
    with pytest.raises(SymbolicError, match="must have shapes"):
        symbolic.to_numpy(small())([1.0], [[2.0]], [[1.0]])
