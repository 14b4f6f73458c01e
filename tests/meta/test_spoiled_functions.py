"""Every check can fail: spoil what a function of `mathnn` returns, and the cells that use it must notice."""

import fnmatch
import functools

import pytest
import sabotage
from homes import BOOK
from juries import HOUSED, jury

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
def verdicts(name: str, cell: tuple[str, int], function: str) -> tuple[sabotage.Verdict, ...]:
    members = {(n.name, c.cell): (n, c) for n, c, _ in jury(name).members}
    return sabotage.verdicts(jury(name).module, *members[cell], function)


FUNCTIONS = [(n, f) for n in HOUSED for f in sabotage.public_functions(jury(n).module)]
USES = [
    pytest.param(n, (book.name, c.cell), f, id=f"{', '.join(c.labels)}/{n}.{f}")
    for n in HOUSED
    for book, c, used in jury(n).members
    for f in used
]


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


def test_the_table_is_up_to_date():
    labels = {", ".join(c.labels) for n in BOOK for c in n.checks}
    assert all(entry.split("/")[0] in {*labels, "*"} for entry in FORGIVEN)
