"""The estimators: scikit-learn's own checks, counted, and what they compute."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from mathnn import network
from mathnn.activations import ACTIVATIONS
from mathnn.sklearn import LinearRegressor, LogisticClassifier, NetworkClassifier, NetworkRegressor

# How many of scikit-learn's checks must run and pass: a battery that does not run is green as well. Another version of
# scikit-learn may have some more or fewer.
AT_LEAST = {"LinearRegressor": 48, "LogisticClassifier": 50, "NetworkClassifier": 50, "NetworkRegressor": 48}
# No check may fail. These do not run here: "check" -> why.
SKIPPED = {
    "check_array_api_input": "the estimators take NumPy arrays only",
    "check_regressor_data_not_an_array": "needs pandas",
    "check_classifier_data_not_an_array": "needs pandas",
}


@pytest.mark.parametrize(
    "estimator",
    [LinearRegressor(), LogisticClassifier(), NetworkClassifier(random_state=0), NetworkRegressor(random_state=0)],
    ids=lambda estimator: type(estimator).__name__,
)
def test_scikit_learn_checks_the_estimator(estimator):
    with warnings.catch_warnings():
        # Its checks provoke warnings on purpose.
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = [(r["check_name"], repr(r["exception"])[:300]) for r in results if r["status"] == "failed"]
    assert failed == []
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= set(SKIPPED)
    assert {r["status"] for r in results} <= {"passed", "skipped"}
    assert sum(r["status"] == "passed" for r in results) >= AT_LEAST[type(estimator).__name__]


def test_linear_regression_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 3)), rng.standard_normal(50)
    for intercept in (True, False):
        ours = LinearRegressor(fit_intercept=intercept).fit(X, y)
        theirs = LinearRegression(fit_intercept=intercept).fit(X, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-10)
        assert ours.rank_ == 3 + intercept


def test_logistic_regression_is_that_of_scikit_learn():
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    names = np.array(["malignant", "benign"])[y]
    ours = LogisticClassifier(ridge=0.01).fit(X, names)
    theirs = LogisticRegression(C=1 / (0.01 * len(X)), tol=1e-10, solver="newton-cholesky").fit(X, names)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-8)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_array_equal(ours.classes_, ["benign", "malignant"])


def test_a_network_reads_digits_in_a_pipeline():
    X, y = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), NetworkClassifier(hidden_sizes=(64,), n_epochs=20, random_state=0))
    assert cross_val_score(model, X, y, cv=3).mean() > 0.93
    probabilities = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(model.predict(X), probabilities.argmax(axis=1))


def test_a_grid_search_finds_the_options():
    X = np.linspace(-1, 1, 60)[:, None]
    search = GridSearchCV(
        NetworkRegressor(random_state=0, n_epochs=200), {"activation": ["identity", "relu"]}, cv=3
    ).fit(np.random.default_rng(0).permutation(X), np.abs(np.random.default_rng(0).permutation(X))[:, 0])
    assert search.best_params_ == {"activation": "relu"}


def test_options_reach_the_network():
    X, y = np.random.default_rng(0).standard_normal((30, 2)), np.arange(30) % 3
    model = NetworkClassifier(hidden_sizes=(7, 5), activation="tanh", n_epochs=4, random_state=1).fit(X, y)
    assert [layer.W.shape for layer in model.params_] == [(2, 7), (7, 5), (5, 3)]
    assert len(model.costs_) == 4
    output = network.predict(model.params_, X, activation=ACTIVATIONS["tanh"])
    np.testing.assert_array_equal(model.predict(X), output.argmax(axis=1))
    same = NetworkClassifier(hidden_sizes=(7, 5), activation="tanh", n_epochs=4, random_state=1).fit(X, y)
    np.testing.assert_array_equal(same.costs_, model.costs_)
    bigger = NetworkClassifier(hidden_sizes=(7, 5), activation="tanh", n_epochs=4, random_state=1, ridge=1.0)
    assert bigger.fit(X, y).costs_[0] > model.costs_[0]


def test_two_targets_are_two_outputs():
    X = np.random.default_rng(0).standard_normal((40, 2))
    model = NetworkRegressor(random_state=0, n_epochs=300).fit(X, X @ [[1.0, 0.5], [0.0, -0.5]])
    assert model.predict(X).shape == (40, 2)
    assert model.score(X, X @ [[1.0, 0.5], [0.0, -0.5]]) > 0.95
    assert NetworkRegressor(random_state=0, n_epochs=2).fit(X, X[:, 0]).predict(X).shape == (40,)


@pytest.mark.parametrize("option", [{"activation": "swish"}, {"optimizer": "lbfgs"}])
def test_unknown_options_are_told(option):
    (name,) = option
    with pytest.raises(ValueError, match=f"{name} must be one of"):
        NetworkRegressor(**option).fit(np.zeros((3, 1)), np.zeros(3))
