"""Costs of networks for general sizes: names, kinks, and proved formulas. Their numbers: test_explicit_network.py."""

import numpy as np
import pytest
import sympy as sp

from mathnn import activations, losses, symbolic
from mathnn.symbolic.functions import closed
from mathnn.symbolic.network import ACTIVATIONS, LOSSES


def test_names_are_those_of_the_programs():
    assert set(ACTIVATIONS) == set(activations.ACTIVATIONS)
    assert set(LOSSES) == set(losses.LOSSES)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "identity"])
def test_closed_functions_have_the_values_of_the_programs_kinks_included(name):
    points = [-3.0, -0.5, 0.0, 0.5, 3.0]
    for order, program in enumerate((activations.ACTIVATIONS[name].value, activations.ACTIVATIONS[name].derivative)):
        function = closed(name, order)
        values = [float(function.formula.subs(function.variable, point)) for point in points]
        np.testing.assert_allclose(values, program(points), rtol=1e-14)


def entry(A, B, b, i, j):
    """Entry (i, j) of A B + 1 b^T, where A is an array or a function of two indices."""
    return symbolic.total(lambda k: (A(i, k) if callable(A) else A[i, k]) * B[k, j], B.shape[0]) + b[j]


def arrays_of(net):
    """The arrays X, Y, W1, b1, ... and the size n, by name."""
    bases = {atom.base.name: atom.base for atom in net.cost.atoms(sp.Indexed)}
    return bases, bases["X"].shape[0]


def test_softmax_cross_entropy_has_the_gradient_mass_times_softmax_minus_target_for_all_sizes():
    net = symbolic.network(0, activation="identity", loss="categorical_cross_entropy")
    bases, n = arrays_of(net)
    X, Y, W, b = (bases[name] for name in ("X", "Y", "W1", "b1"))
    q = W.shape[1]

    def z(i, j):
        return entry(X, W, b, i, j)

    def mass(i):
        return symbolic.total(lambda k: Y[i, k], q)

    def softmax(i, j):
        return sp.exp(z(i, j)) / symbolic.total(lambda k: sp.exp(z(i, k)), q)

    def formula(j):
        return symbolic.total(lambda i: mass(i) * softmax(i, j) - Y[i, j], n) / n

    derived = symbolic.gradient(net.cost, b)
    assert symbolic.equal(derived, formula)
    assert not symbolic.equal(derived, lambda j: symbolic.total(lambda i: softmax(i, j) - Y[i, j], n) / n)


def test_back_propagation_through_one_hidden_layer_is_proved_for_all_sizes():
    net = symbolic.network(1, activation="tanh", loss="half_squared_error")
    bases, n = arrays_of(net)
    X, Y, W1, b1, W2, b2 = (bases[name] for name in ("X", "Y", "W1", "b1", "W2", "b2"))
    q = W2.shape[1]
    phi, phi_prime = closed("tanh"), closed("tanh", 1)

    def z1(i, k):
        return entry(X, W1, b1, i, k)

    def error(i, j):
        return (entry(lambda i, k: phi(z1(i, k)), W2, b2, i, j) - Y[i, j]) / n

    def delta1(i, k, derivative=phi_prime):
        return symbolic.total(lambda j: error(i, j) * W2[k, j], q) * derivative(z1(i, k))

    by_first = symbolic.gradient(net.cost, W1)
    assert symbolic.equal(by_first, lambda a, k: symbolic.total(lambda i: X[i, a] * delta1(i, k), n))
    assert not symbolic.equal(by_first, lambda a, k: symbolic.total(lambda i: X[i, a] * delta1(i, k, phi), n))
    by_second = symbolic.gradient(net.cost, W2)
    assert symbolic.equal(by_second, lambda k, j: symbolic.total(lambda i: phi(z1(i, k)) * error(i, j), n))
    assert not symbolic.equal(by_second, lambda k, j: symbolic.total(lambda i: z1(i, k) * error(i, j), n))


def test_unknown_names_are_refused():
    with pytest.raises(symbolic.SymbolicError, match="activation and loss"):
        symbolic.network(1, activation="ReLU", loss="squared_error")
    with pytest.raises(symbolic.SymbolicError, match="n_hidden"):
        symbolic.network(-1, activation="relu", loss="squared_error")
