"""Every check can fail: change a formula in the source of `mathnn`, and some cell must notice."""

import pytest
import sabotage
from juries import HOUSED, jury, mutants

# Mutants that no cell can notice, each with the reason: "module.function: change" -> why.
HARMLESS: dict[str, str] = {
    "gradient_descent.minimize: 2 -> 1": "whose line the warning names",
    "gradient_descent.minimize: most + 1 -> most + 2": "the loop ends before",
    "training.train: bar.update(1) -> bar.update(2)": "how far the progress bar moves; the unit tests look at it",
    "training.train: 2 -> 1": "whose line the warning names",
    "training._checked_validation: _prepared(params, *validation, activation, loss, 0.0) -> _prepared(params, *validation, activation, loss, 1.0)": (
        "the penalty of an engine that is not used"
    ),
    "perceptron.novikoff_bound: theta /= max(float(np.abs(theta).max()), np.finfo(float).tiny) -> theta *= max(float(np.abs(theta).max()), np.finfo(float).tiny)": "the bound does not feel the scale",
    "perceptron.rosenblatt: 2 -> 1": "whose line the warning names",
    "logistic_regression._certificate: 100.0 * len(units) * _EPS * np.abs(A).sum(axis=1) -> 100.0 * len(units) * _EPS / np.abs(A).sum(axis=1)": (
        "another slack for rounding"
    ),
    "logistic_regression._certificate: 100.0 * len(units) -> 100.0 / len(units)": "another slack for rounding",
    "logistic_regression._certificate: 100.0 * len(units) -> 101.0 * len(units)": "another slack for rounding",
    "logistic_regression._certificate: np.abs(A).sum -> np.abs(A).mean": "another slack for rounding",
    "logistic_regression._data: targets <= 1.0 -> targets <= 2.0": "an input check, for the unit tests",
    "logistic_regression._descend: 1.0 / L if L > 0.0 else 1.0 -> 1.0 / L if L > 0.0 else 2.0": (
        "a matrix of zeros: any step will do"
    ),
    "logistic_regression._newton: 0.0001 * t -> 0.0001 / t": "another share of the gain",
    "logistic_regression._newton: 1e-14 * abs(now.value) -> 1e-14 / abs(now.value)": "another slack for rounding",
    "logistic_regression._newton: most + 1 -> most + 2": "the loop ends before",
    "logistic_regression._newton: now.value - 0.0001 * t * gain -> now.value + 0.0001 * t * gain": (
        "another share of the gain"
    ),
    "logistic_regression._separating: y[0] -> y[1]": "all labels are equal there",
    "logistic_regression._separating: y[0] -> y[1] (number 2)": "all labels are equal there",
    "logistic_regression._separating: y[0] -> y[1] (number 3)": "all labels are equal there",
    "logistic_regression._signs: -1.0 -> -2.0": "only the sign matters",
    "logistic_regression._signs: np.where(y == 1.0, 1.0, np.where(y == 0.0, -1.0, 0.0)) -> np.where(y == 1.0, 2.0, np.where(y == 0.0, -1.0, 0.0))": (
        "only the sign matters"
    ),
    "logistic_regression._solve: -1 -> -2": "another cutoff between rounding and data",
    "logistic_regression._solve: -1 -> 1": "another cutoff between rounding and data",
    "logistic_regression._solve: 10.0 * len(units) * _EPS * eigenvalues[-1] -> 10.0 * len(units) * _EPS / eigenvalues[-1]": (
        "another cutoff between rounding and data"
    ),
    "logistic_regression._solve: 10.0 * len(units) -> 10.0 / len(units)": "another cutoff between rounding and data",
    "logistic_regression._solve: 10.0 * len(units) -> 11.0 * len(units)": "another cutoff between rounding and data",
    "logistic_regression._solve: 1e-06 * np.diag(L).max() -> 1.000001 * np.diag(L).max()": (
        "the other way to solve the same system"
    ),
    "logistic_regression._solve: 1e-06 * np.diag(L).max() -> 1e-06 / np.diag(L).max()": (
        "the other way to solve the same system"
    ),
    "logistic_regression._solve: np.where(units > 0.0, units, 1.0) -> np.where(units > 0.0, units, 2.0)": (
        "the scale of a column of zeros"
    ),
    "logistic_regression._unit_columns: 1.0 -> 2.0": "another scale for rounding",
    "logistic_regression.fit: 100 if method == 'newton' else 10000 -> 100 if method == 'newton' else 10001": (
        "another largest number of steps"
    ),
    "logistic_regression.fit: 100 if method == 'newton' else 10000 -> 101 if method == 'newton' else 10000": (
        "another largest number of steps"
    ),
    "logistic_regression.fit: 2 -> 1": "whose line the warning names",
    "logistic_regression.hessian: not np.isfinite(H).all() -> np.isfinite(H).all()": (
        "an input check, for the unit tests"
    ),
    "logistic_regression.value_and_grad: not np.isfinite(found.gradient).all() -> np.isfinite(found.gradient).all()": (
        "an input check, for the unit tests"
    ),
    "calculus._steps: np.maximum(1.0, np.abs(point)) -> np.maximum(2.0, np.abs(point))": "a step twice as large",
    "calculus.taylor_slope: np.arange(3, 15) -> np.arange(4, 15)": "another choice of steps",
    "calculus.taylor_slope: np.arange(3, 15) -> np.arange(3, 16)": "another choice of steps",
    "calculus.taylor_slope: 1000.0 * _EPS -> 1001.0 * _EPS": "another cutoff between rounding and data",
    "calculus.taylor_slope: int(usable.sum()) < 3 -> int(usable.sum()) < 4": "the order from four points, not three",
    "calculus.taylor_slope: -4 -> -5": "the order from more of the steps",
    "linear_regression.least_squares: _EPS * max(n, p) -> _EPS / max(n, p)": "another cutoff between rounding and data",
    "linear_regression.least_squares: 10.0 * float(np.finfo(dtype).eps) -> 11.0 * float(np.finfo(dtype).eps)": (
        "another cutoff between rounding and data"
    ),
    "linear_regression.least_squares: 0.0 -> 1.0": "the least legal rcond: an input check, for the unit tests",
    "linear_regression._triangular_factor: (0, rows.shape[1] + 1) -> (1, rows.shape[1] + 1)": (
        "a row of zeros on top of the data changes no sum of squares"
    ),
    "approximation.staircase_bound: K * h < 700.0 -> K * h < 701.0": "q is far too small to count, and not yet 0",
    "approximation.ridge_network: -1 -> -2 (number 2)": "NumPy takes any negative length for what is left",
    "approximation.ridge_network: constant += coefficient -> constant = coefficient": "the constant is 0 until there",
    "approximation.ridge_network: k > tuple((-i for i in k)) -> k <= tuple((-i for i in k))": (
        "the other one of k and -k, whose wave is the same"
    ),
    "approximation.ridge_network: frequency[:, None] * ridge[0].W -> frequency[:, None] / ridge[0].W": (
        "these weights are 1"
    ),
    "approximation.ridge_network: coefficient * float(ridge[1].b[0]) -> coefficient / float(ridge[1].b[0])": (
        "the cosine of a multiple of pi is 1 or -1"
    ),
    "approximation.narrow_network: np.maximum(-low.min(axis=0), 0.0) -> np.maximum(-low.min(axis=0), 1.0)": (
        "any larger shift will do"
    ),
    "approximation.narrow_network: 0.0 -> 1.0": "the height of a bump before the first: nothing is built yet",
    "approximation.escape_ray: len(hidden) + 2 -> len(hidden) + 1": "the proof needs one round less than is allowed",
}

MUTANTS = [pytest.param(n, m, id=f"{n}.{m}") for n in HOUSED for m in mutants(n)]


@pytest.mark.parametrize(("name", "mutant"), MUTANTS)
def test_mutant_is_noticed(name: str, mutant: sabotage.Mutant):
    noticed = jury(name).notices(mutant)
    reason = HARMLESS.get(f"{name}.{mutant}")
    if reason is None:
        assert noticed, f"no cell notices {name}.{mutant}"
    else:
        assert not noticed, f"some cell notices {name}.{mutant}: remove it from HARMLESS"


def test_the_table_is_up_to_date():
    stale = set(HARMLESS) - {f"{n}.{m}" for n in HOUSED for m in mutants(n)}
    assert not stale, "these mutants do not exist (any more)"
