"""Estimators with scikit-learn's interface, for pipelines, cross-validation and grid search.

Thin covers of `linear_regression`, `logistic_regression` and `training`: they translate names, labels and seeds, and
compute nothing themselves. They need scikit-learn (``pip install "mathnn[sklearn]"``).
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from mathnn import gradient_descent, linear_regression, logistic_regression, losses, network, training
from mathnn._validation import FloatArray
from mathnn.activations import ACTIVATIONS, Activation, softmax

_DTYPES = [np.float64, np.float32]
_OPTIMIZERS = {
    "gradient_descent": gradient_descent.gradient_descent,
    "momentum": gradient_descent.momentum,
    "nesterov": gradient_descent.nesterov,
    "rmsprop": gradient_descent.rmsprop,
    "adam": gradient_descent.adam,
}


class LinearRegressor(RegressorMixin, BaseEstimator):
    """Linear regression by `linear_regression.least_squares`.

    Parameters
    ----------
    fit_intercept : bool
        Whether to fit an intercept.
    method : {"svd", "qr"}
        How to solve.

    Attributes
    ----------
    coef_ : numpy.ndarray, shape (p,)
        The weights.
    intercept_ : float
        The intercept.
    rank_ : int
        Numerical rank of the design matrix.

    Examples
    --------
    >>> LinearRegressor().fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0]).predict([[4.0]]).round(6)
    array([2.5])
    """

    def __init__(self, *, fit_intercept: bool = True, method: str = "svd") -> None:
        self.fit_intercept = fit_intercept
        self.method = method

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.
        y : array_like, shape (n,)
            The targets.

        Returns
        -------
        LinearRegressor
            The estimator itself.
        """
        rows, targets = validate_data(self, X, y, dtype=_DTYPES, y_numeric=True)
        method: Any = self.method
        self._fit = linear_regression.least_squares(
            rows, targets.astype(rows.dtype), intercept=self.fit_intercept, method=method
        )
        self.coef_, self.intercept_, self.rank_ = self._fit.weights, self._fit.intercept, self._fit.rank
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict the targets of new examples.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The predictions.
        """
        check_is_fitted(self)
        return self._fit.predict(validate_data(self, X, dtype=_DTYPES, reset=False))


class LogisticClassifier(ClassifierMixin, BaseEstimator):
    """Logistic regression for two classes by `logistic_regression.fit`.

    Parameters
    ----------
    ridge : float
        The penalty on the weights. Without one, separable classes have no best fit: a `ConvergenceWarning` says so.
    fit_intercept : bool
        Whether to fit an intercept.
    method : {"newton", "gradient_descent"}
        How to minimise.
    tol : float
        The tolerance of `logistic_regression.fit`.

    Attributes
    ----------
    classes_ : numpy.ndarray, shape (2,)
        The classes, sorted.
    coef_ : numpy.ndarray, shape (1, p)
        The weights.
    intercept_ : numpy.ndarray, shape (1,)
        The intercept.

    Examples
    --------
    >>> model = LogisticClassifier(ridge=0.1).fit([[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"])
    >>> print(model.predict([[0.5], [2.5]]))
    ['no' 'yes']
    """

    def __init__(
        self, *, ridge: float = 0.01, fit_intercept: bool = True, method: str = "newton", tol: float = 1e-8
    ) -> None:
        self.ridge = ridge
        self.fit_intercept = fit_intercept
        self.method = method
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        """Say that there are two classes."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.
        y : array_like, shape (n,)
            The classes: numbers or strings, two of them.

        Returns
        -------
        LogisticClassifier
            The estimator itself.
        """
        rows, labels = validate_data(self, X, y, dtype=_DTYPES)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) != 2:
            found = f"{len(self.classes_)} class" + ("" if len(self.classes_) == 1 else "es")
            raise ValueError(f"Only binary classification is supported: y must have two classes, got {found}")
        method: Any = self.method
        self._fit = logistic_regression.fit(
            rows, codes.astype(rows.dtype), intercept=self.fit_intercept, ridge=self.ridge, method=method, tol=self.tol
        )
        self.coef_, self.intercept_ = self._fit.weights[None, :], np.array([self._fit.intercept])
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Log-odds of the second class.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The log-odds.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_DTYPES, reset=False)
        log_odds: FloatArray = rows @ self.coef_[0] + self.intercept_[0]
        return log_odds

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Probabilities of the two classes.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n, 2)
            The probabilities, in the order of `classes_`.
        """
        z = self.decision_function(X)
        return softmax(np.column_stack([np.zeros_like(z), z]))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict classes.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The more probable class of each example.
        """
        second = self.decision_function(X) > 0.0
        chosen: np.ndarray = self.classes_[second.astype(int)]
        return chosen


class _Network(BaseEstimator):
    """What the two estimators with networks share."""

    def __init__(
        self,
        *,
        hidden_sizes: tuple[int, ...] = (32,),
        activation: str = "relu",
        optimizer: str = "adam",
        learning_rate: float = 0.01,
        n_epochs: int = 100,
        batch_size: int = 32,
        ridge: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.ridge = ridge
        self.random_state = random_state

    def _train(self, rows: FloatArray, targets: np.ndarray, n_outputs: int, loss: losses.Loss) -> None:
        if self.optimizer not in _OPTIMIZERS:
            raise ValueError(f"optimizer must be one of {[*_OPTIMIZERS]}, got {self.optimizer!r}")
        optimizer: Any = _OPTIMIZERS[self.optimizer]
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        sizes = (rows.shape[1], *self.hidden_sizes, n_outputs)
        start = network.init(sizes, rng=rng, scheme="he" if "relu" in self.activation else "xavier", dtype=rows.dtype)
        trained = training.train(
            start,
            rows,
            targets,
            activation=self._activation(),
            loss=loss,
            optimizer=optimizer(self.learning_rate),
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            rng=rng,
            ridge=self.ridge,
        )
        self.params_, self.costs_ = trained.params, trained.costs

    def _activation(self) -> Activation:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {[*ACTIVATIONS]}, got {self.activation!r}")
        return ACTIVATIONS[self.activation]

    def _output(self, X: ArrayLike) -> FloatArray:
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_DTYPES, reset=False)
        return network.predict(self.params_, rows, activation=self._activation())


class NetworkClassifier(ClassifierMixin, _Network):
    """Network with softmax and cross-entropy, trained by `training.train`.

    Parameters
    ----------
    hidden_sizes : tuple of int
        Widths of the hidden layers.
    activation : str
        Name of their activation function, as in `activations.ACTIVATIONS`.
    optimizer : {"gradient_descent", "momentum", "nesterov", "rmsprop", "adam"}
        The rule for the steps.
    learning_rate : float
        Its rate.
    n_epochs, batch_size : int
        Passes over the data, and examples a step.
    ridge : float
        The penalty on the weights.
    random_state : int, numpy.random.RandomState or None
        Seed of the initial weights and of the shuffling.

    Attributes
    ----------
    classes_ : numpy.ndarray, shape (k,)
        The classes, sorted.
    params_ : tuple of Layer
        The network.
    costs_ : numpy.ndarray, shape (n_epochs,)
        Mean cost in each epoch.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "other", "other", "same"]
    >>> print(NetworkClassifier(activation="tanh", random_state=0).fit(X, y).predict(X))
    ['same' 'other' 'other' 'same']
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row; features of size about 1.
        y : array_like, shape (n,)
            The classes: numbers or strings.

        Returns
        -------
        NetworkClassifier
            The estimator itself.
        """
        rows, labels = validate_data(self, X, y, dtype=_DTYPES)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("y must have at least two classes, got one class")
        self._train(rows, codes, len(self.classes_), losses.categorical_cross_entropy)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Probabilities of the classes.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n, k)
            The probabilities, in the order of `classes_`.
        """
        return softmax(self._output(X))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict classes.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The most probable class of each example.
        """
        output = self._output(X)
        chosen: np.ndarray = self.classes_[output.argmax(axis=1)]
        return chosen


class NetworkRegressor(RegressorMixin, MultiOutputMixin, _Network):
    """Network with the squared error, trained by `training.train`.

    Parameters
    ----------
    hidden_sizes : tuple of int
        Widths of the hidden layers.
    activation : str
        Name of their activation function, as in `activations.ACTIVATIONS`.
    optimizer : {"gradient_descent", "momentum", "nesterov", "rmsprop", "adam"}
        The rule for the steps.
    learning_rate : float
        Its rate.
    n_epochs, batch_size : int
        Passes over the data, and examples a step.
    ridge : float
        The penalty on the weights.
    random_state : int, numpy.random.RandomState or None
        Seed of the initial weights and of the shuffling.

    Attributes
    ----------
    params_ : tuple of Layer
        The network.
    costs_ : numpy.ndarray, shape (n_epochs,)
        Mean cost in each epoch.

    Examples
    --------
    >>> X = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> model = NetworkRegressor(random_state=0).fit(X, np.abs(X[:, 0]))
    >>> bool(model.score(X, np.abs(X[:, 0])) > 0.99)
    True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row; features of size about 1.
        y : array_like, shape (n,) or (n, q)
            The targets, of size about 1.

        Returns
        -------
        NetworkRegressor
            The estimator itself.
        """
        rows, targets = validate_data(self, X, y, dtype=_DTYPES, y_numeric=True, multi_output=True)
        self._one_output = targets.ndim == 1
        targets = targets.reshape(len(rows), -1).astype(rows.dtype)
        self._train(rows, targets, targets.shape[1], losses.half_squared_error)
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict the targets of new examples.

        Parameters
        ----------
        X : array_like, shape (n, p)
            One example a row.

        Returns
        -------
        numpy.ndarray, shape (n,) or (n, q)
            The predictions.
        """
        output = self._output(X)
        return output[:, 0] if self._one_output else output
