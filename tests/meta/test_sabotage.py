"""Every check can fail: spoil `mathnn`, and the cells that use the spoiled function must notice."""

import fnmatch
import functools
import importlib.util
import sys
import types
from pathlib import Path

import pytest
import sabotage
from homes import BOOK, MODULES, chapters_of
from notebooks import Check, Notebook, cells_of

import mathnn

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
}
# Spoilings that a cell need not notice, as patterns for "label/module.function/field/spoiling" -> why.
FORGIVEN: dict[str, str] = {
    "def-epoch, prop-epoch/training.minibatches//transposed": "a batch is a set: its order means nothing",
    "*/losses.*/_rows().0/transposed": "a mean does not see the order of its terms",
    "ex-written-out/losses.squared_error/_rows().1/*": "a cell about values; the gradient has its own",
    "thm-classes-likelihood, ex-convex-in-what/losses.*/_rows().1/*": "a cell about values; the gradient has its own",
    "thm-separable, ex-separable/logistic_regression.value_and_grad/1/*": "a cell about values; the gradient has its own",
    "prop-two-groups, prop-logistic-ridge/logistic_regression.value_and_grad/1/*": "zero at the minimum",
    "thm-separable, ex-separable/logistic_regression.fit/n_steps/*": "a cell about minima; alg-irls counts the steps",
    "prop-two-groups, prop-logistic-ridge/logistic_regression.fit/n_steps/*": "only about how many; alg-irls counts them",
    "ex-newton-diverges/logistic_regression.value_and_grad/0/*": "a cell about steps, which need no value",
}


@functools.cache
def jury(name: str) -> sabotage.Jury:
    return sabotage.jury(importlib.import_module(f"mathnn.{name}"), chapters_of(name))


@functools.cache
def verdicts(name: str, cell: tuple[str, int], function: str) -> tuple[sabotage.Verdict, ...]:
    members = {(n.name, c.cell): (n, c) for n, c, _ in jury(name).members}
    return sabotage.verdicts(jury(name).module, *members[cell], function)


@functools.cache
def mutants(name: str) -> tuple[sabotage.Mutant, ...]:
    return sabotage.mutants(jury(name).module, jury(name).reach)


HOUSED = [name for name in MODULES if chapters_of(name)]
FUNCTIONS = [(n, f) for n in HOUSED for f in sabotage.public_functions(jury(n).module)]
USES = [
    pytest.param(n, (book.name, c.cell), f, id=f"{', '.join(c.labels)}/{n}.{f}")
    for n in HOUSED
    for book, c, used in jury(n).members
    for f in used
]
MUTANTS = [pytest.param(n, m, id=f"{n}.{m}") for n in HOUSED for m in mutants(n)]


# --- the book ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "function"), FUNCTIONS)
def test_every_public_function_is_checked(name: str, function: str):
    users = [check.labels for _, check, used in jury(name).members if function in used]
    assert users, f"no checked cell uses {name}.{function}: check it, or make it private"


@pytest.mark.parametrize(("name", "cell", "function"), USES)
def test_cell_notices(name: str, cell: tuple[str, int], function: str):
    found = verdicts(name, cell, function)
    assert found, f"cell {cell} names {name}.{function}, but never calls it"
    unforgiven = [str(v) for v in sabotage.unnoticed(found) if not forgiven(name, v)]
    assert not unforgiven, "the cell did not notice: " + "; ".join(unforgiven)


def forgiven(name: str, verdict: sabotage.Verdict) -> bool:
    spoiled = f"{verdict.label}/{name}.{verdict.function}/{verdict.field}/{verdict.spoiling}"
    return any(fnmatch.fnmatchcase(spoiled, pattern) for pattern in FORGIVEN)


@pytest.mark.parametrize(("name", "function"), FUNCTIONS)
def test_every_result_is_checked(name: str, function: str):
    cells = [(n.name, c.cell) for n, c, used in jury(name).members if function in used]
    found = [verdict for cell in cells for verdict in verdicts(name, cell, function)]
    noticed = {verdict.field for verdict in found if verdict.outcome == "noticed"}
    # What is zero stays zero under every spoiling: it can be checked, but not shown to be.
    spoilt = {verdict.field for verdict in found if verdict.outcome != "no effect"}
    unchecked = sorted(spoilt - noticed)
    assert not unchecked, f"no cell checks these results of {name}.{function}: {unchecked}"


@pytest.mark.parametrize(("name", "mutant"), MUTANTS)
def test_mutant_is_noticed(name: str, mutant: sabotage.Mutant):
    noticed = jury(name).notices(mutant)
    reason = HARMLESS.get(f"{name}.{mutant}")
    if reason is None:
        assert noticed, f"no cell notices {name}.{mutant}"
    else:
        assert not noticed, f"some cell notices {name}.{mutant}: remove it from HARMLESS"


def test_tables_are_up_to_date():
    stale = set(HARMLESS) - {f"{n}.{m}" for n in HOUSED for m in mutants(n)}
    assert not stale, "these mutants do not exist (any more)"
    labels = {", ".join(c.labels) for n in BOOK for c in n.checks}
    assert all(entry.split("/")[0] in {*labels, "*"} for entry in FORGIVEN)


# --- the harness itself -----------------------------------------------------------------------------

MODULE = """
from dataclasses import dataclass
from typing import Callable, NamedTuple

import numpy as np


class Line(NamedTuple):
    slope: float
    value: Callable


@dataclass(frozen=True)
class Fit:
    weights: np.ndarray
    rank: int
    unread: float = 1.0

    def __post_init__(self):
        if self.rank != 2:
            raise ValueError("noticed by the module, not by the cell")

    def predict(self, X):
        return X @ self.weights


def mean(X):
    return X.sum(axis=0) / len(X)


def gram(A):
    if A.ndim != 2:
        raise ValueError(f"not {A.ndim + 0}, but 2")
    return A.T @ A


def fit(A):
    return Fit(_weights(A), 2)


def _weights(A):
    return 2.0 * mean(A) - 0.0


def never(A):
    return A


def halves(A):
    return (part for part in (A[:2], A[2:]))


def store(box, A):
    box.append(A)


line = Line(2.0, lambda t: 2.0 * t)
"""

SETUP = """import numpy as np

from mathnn import invented"""


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """Install a module of ours into `mathnn`, for this file's tests only."""
    path = tmp_path_factory.mktemp("invented") / "invented.py"
    path.write_text(MODULE)
    spec = importlib.util.spec_from_file_location("mathnn.invented", path)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "mathnn.invented", module)
        patch.setattr(mathnn, "invented", module, raising=False)
        spec.loader.exec_module(module)
        yield module


def chapter(*bodies: str) -> Notebook:
    """A chapter with one checked cell a body."""
    raw = [{"cell_type": "code", "source": SETUP, "metadata": {"tags": ["setup"]}}]
    rng = "rng = np.random.default_rng(0)\nA = rng.normal(size=(5, 2))\n"
    raw += [
        {"cell_type": "code", "source": f"# verifies: thm-{i}\n{rng}{body}", "metadata": {}}
        for i, body in enumerate(bodies)
    ]
    return Notebook(Path("invented.ipynb"), cells_of({"cells": raw}))


def survivors(module: types.ModuleType, body: str, function: str) -> set[str]:
    """The spoilings of a function that a cell with this body does not notice."""
    book = chapter(body)
    (check,) = book.checks
    assert function in sabotage.uses(module, book, check)
    found = sabotage.verdicts(module, book, check, function)
    return {f"{v.field}/{v.spoiling}" for v in sabotage.unnoticed(found)}


def test_public_functions(invented):
    found = sabotage.public_functions(invented)
    assert set(found) == {"Fit.predict", "mean", "gram", "fit", "never", "halves", "store", "line"}


def test_vacuous_check_is_reported(invented):
    body = "m = invented.mean(A)\nassert m is not None"
    assert survivors(invented, body, "mean") == {
        "/times 1.01",
        "/other sign",
        "/transposed",
        "/sum for mean",
    }


def test_honest_check_notices_everything(invented):
    body = "assert np.allclose(invented.mean(A), A.mean(axis=0))"
    assert survivors(invented, body, "mean") == set()


def test_check_that_is_blind_to_the_sign(invented):
    body = "assert np.allclose(abs(invented.mean(A)), abs(A.mean(axis=0)))"
    assert survivors(invented, body, "mean") == {"/other sign"}


def test_check_with_a_wide_tolerance(invented):
    body = "assert np.allclose(invented.mean(A), A.mean(axis=0), rtol=0.1)"
    assert survivors(invented, body, "mean") == {"/times 1.01"}


def test_no_effect_is_no_survivor(invented):
    """The Gram matrix is symmetric, and a mean of zeros stays zero."""
    assert survivors(invented, "assert np.allclose(invented.gram(A), A.T @ A)", "gram") == set()
    assert survivors(invented, "assert np.allclose(invented.mean(0 * A), 0)", "mean") == set()


def test_fields_of_a_record_are_spoiled_one_by_one(invented):
    body = "fit = invented.fit(A)\nassert np.allclose(fit.weights, 2 * A.mean(axis=0))\nfit.rank"
    assert survivors(invented, body, "fit") == {"rank/plus one"}
    book = chapter(body)
    found = sabotage.verdicts(invented, book, book.checks[0], "fit")
    assert {v.field for v in found} == {"weights", "rank", "unread"}


def test_a_cell_answers_for_what_it_reads_and_no_more(invented):
    """The module reads `weights` for `predict`, and another name that is read says nothing about `rank`."""
    body = "invented.fit(A).predict(A)\nclass Other:\n    rank = 2\nOther.rank"
    assert survivors(invented, body, "fit") == set()
    assert "slope/other sign" in survivors(invented, "slope, value = invented.line", "line")
    assert "slope/other sign" in survivors(invented, "invented.line[0]", "line")


def test_method_is_spoiled(invented):
    body = "assert invented.fit(A).predict(A).shape == (5,)"
    assert "/other sign" in survivors(invented, body, "Fit.predict")
    body = "assert np.allclose(invented.fit(A).predict(A), 2 * A @ A.mean(axis=0))"
    assert survivors(invented, body, "Fit.predict") == set()


def test_function_inside_a_record_is_spoiled(invented):
    assert survivors(invented, "line = invented.line\nline.value(3.0)", "line") == {
        "value()/times 1.01",
        "value()/other sign",
    }
    body = "line = invented.line\nassert line.value(3.0) == 3 * line.slope"
    assert survivors(invented, body, "line") == set()


def test_items_of_an_iterator_are_spoiled(invented):
    vacuous = "assert len(list(invented.halves(A))) == 2"
    assert "/other sign" in survivors(invented, vacuous, "halves")
    honest = "assert np.allclose(np.concatenate(list(invented.halves(A))), A)"
    assert survivors(invented, honest, "halves") == set()


def test_what_returns_nothing_is_left_undone(invented):
    assert survivors(invented, "box = []\ninvented.store(box, A)", "store") == {"(effect)/left undone"}
    assert survivors(invented, "box = []\ninvented.store(box, A)\nassert box[0] is A", "store") == set()


def test_error_is_spoiled(invented):
    """A function that must refuse something: the cell notices when it does not."""
    refusal = "try:\n    invented.gram(A[0])\nexcept ValueError:\n    refused = True\n"
    assert survivors(invented, refusal, "gram") == {"(raises)/no error"}
    assert survivors(invented, f"refused = False\n{refusal}assert refused", "gram") == set()


def test_nothing_stays_spoiled(invented):
    before = dict(vars(invented))
    survivors(invented, "assert np.allclose(invented.mean(A), A.mean(axis=0))", "mean")
    assert vars(invented) == before


def test_mutants(invented):
    found = {str(mutant) for mutant in sabotage.mutants(invented, frozenset({"gram", "_weights"}))}
    assert found == {
        "gram: A.T -> A",
        "_weights: 2.0 * mean(A) - 0.0 -> 2.0 * mean(A) + 0.0",
        "_weights: 2.0 * mean(A) -> 2.0 / mean(A)",
        "_weights: 2.0 * mean(A) -> 1.0 * mean(A)",
        "_weights: 2.0 * mean(A) - 0.0 -> 2.0 * mean(A) - 1.0",
    }


def test_reachable(invented):
    assert sabotage.reachable(invented, {"gram"}) == {"gram"}
    assert sabotage.reachable(invented, {"fit"}) == {"fit", "_weights", "mean", "Fit.__post_init__"}


def test_jury(invented):
    """A mutant of a private function is noticed through the public one, unless it is harmless."""
    honest = "fit = invented.fit(A)\nassert np.allclose(fit.weights, 2 * A.mean(axis=0))"
    vacuous = "fit = invented.fit(A)\nassert fit.weights.shape == (2,)"
    reach = sabotage.reachable(invented, {"fit"}) - {"Fit.__post_init__"}
    all_mutants = sabotage.mutants(invented, reach)
    judge = sabotage.jury(invented, (chapter(honest, vacuous),))
    survived = {str(mutant) for mutant in all_mutants if not judge.notices(mutant)}
    assert survived == {"_weights: 2.0 * mean(A) - 0.0 -> 2.0 * mean(A) + 0.0"}
    judge = sabotage.jury(invented, (chapter(vacuous),))
    survived = {str(mutant) for mutant in all_mutants if not judge.notices(mutant)}
    assert "_weights: 2.0 * mean(A) -> 1.0 * mean(A)" in survived
    # The module itself notices this one, in __post_init__.
    rank = "fit: Fit(_weights(A), 2) -> Fit(_weights(A), 1)"
    assert rank in {str(mutant) for mutant in all_mutants} - survived
    assert "never" not in judge.reach


def test_broken_cell_is_no_witness(invented):
    """A cell that fails without sabotage would seem to notice everything."""
    book = chapter("assert np.allclose(invented.mean(A), 7)")
    with pytest.raises(AssertionError):
        sabotage.verdicts(invented, book, book.checks[0], "mean")
    mutant = sabotage.mutants(invented, frozenset({"mean"}))[0]
    assert not sabotage.jury(invented, (book,)).notices(mutant)


def test_endless_loop_is_noticed(invented, monkeypatch):
    monkeypatch.setattr(sabotage, "PATIENCE", 0.2)
    book = chapter("while invented.mean(A)[0] != 0: pass")
    (check,) = book.checks
    assert isinstance(check, Check)
    assert sabotage.notices(book, check)
