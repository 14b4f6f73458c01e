"""The harness of the sabotage tests notices what it should, on a module of its own."""

import importlib.util
import sys
import types
from pathlib import Path

import pytest
import sabotage
from notebooks import Check, Notebook, cells_of

import mathnn

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
