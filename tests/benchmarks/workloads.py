"""What is timed, and on which numbers; every engine gets the same arrays."""

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Training:
    """One epoch of training a network, in batches of fixed order."""

    sizes: tuple[int, ...]
    activation: str
    loss: str
    n: int
    batch: int
    dtype: str
    learning_rate: float
    momentum: float = 0.0
    adam: bool = False


@dataclass(frozen=True)
class Logistic:
    """Logistic regression with intercept, until no partial derivative exceeds the tolerance."""

    n: int
    p: int
    tol: float


@dataclass(frozen=True)
class Linear:
    """Linear regression with intercept."""

    n: int
    p: int
    condition: float


@dataclass(frozen=True)
class PerExample:
    """The gradient of each example by itself."""

    sizes: tuple[int, ...]
    n: int
    dtype: str


DIGITS = (784, 128, 64, 10)
WIDE = (1024, 1024, 1024, 10)
WORKLOADS = {
    "W1": Training(DIGITS, "relu", "categorical_cross_entropy", 60_000, 128, "float32", 0.02, 0.9),
    "W1a": Training(DIGITS, "relu", "categorical_cross_entropy", 60_000, 128, "float32", 1e-3, adam=True),
    "W2": Training(DIGITS, "relu", "categorical_cross_entropy", 60_000, 128, "float64", 0.02, 0.9),
    "W3": Training((784, 30, 10), "logistic", "binary_cross_entropy", 50_000, 10, "float64", 0.1),
    "W4": Training(WIDE, "relu", "categorical_cross_entropy", 8192, 256, "float32", 0.005, 0.9),
    "W4a": Training(WIDE, "relu", "categorical_cross_entropy", 8192, 256, "float32", 1e-4, adam=True),
    **{
        f"W5_b{b}": Training(
            (2, 16, 16, 1), "tanh", "half_squared_error", 1000 * b, b, "float64", 0.002 if b == 1 else 0.05, 0.9
        )
        for b in (1, 10, 100, 1000)
    },
    "W6": Logistic(100_000, 100, 1e-6),
    "W7": Linear(1_000_000, 50, 10.0),
    "W7i": Linear(1_000_000, 50, 1e6),
    "W8": PerExample((64, 128, 64, 10), 512, "float32"),
}


def data(work: object) -> dict[str, np.ndarray]:
    """Draw the arrays of a workload: the same at every call."""
    rng = np.random.default_rng(12345)
    if isinstance(work, Logistic):
        mixing = np.eye(work.p) + 0.5 * rng.standard_normal((work.p, work.p)) / np.sqrt(work.p)
        X = rng.standard_normal((work.n, work.p)) @ mixing + 0.3
        z = X @ rng.standard_normal(work.p) / np.sqrt(work.p) - 0.3
        return {"X": X, "y": (rng.random(work.n) < 1 / (1 + np.exp(-z))).astype(float)}
    if isinstance(work, Linear):
        rotation = np.linalg.qr(rng.standard_normal((work.p, work.p)))[0]
        X = (rng.standard_normal((work.n, work.p)) * work.condition ** -np.linspace(0, 1, work.p)) @ rotation + 0.5
        return {"X": X, "y": X @ rng.standard_normal(work.p) + 0.5 + 1e-3 * rng.standard_normal(work.n)}
    assert isinstance(work, Training | PerExample)
    X = rng.standard_normal((work.n, work.sizes[0]), dtype=np.float32)
    if work.sizes[0] == 784:
        # Like pictures of digits: four of five pixels are empty.
        X = np.where(rng.random(X.shape) < 0.8, 0, 0.5 * np.abs(X))
    found = {"X": X.astype(work.dtype)}
    if isinstance(work, Training) and work.loss == "half_squared_error":
        found["y"] = np.sin(3 * X[:, :1] + X[:, 1:2]).astype(work.dtype)
    else:
        scores = X @ rng.standard_normal((work.sizes[0], work.sizes[-1])).astype(np.float32)
        found["y"] = (scores - scores.mean(axis=0)).argmax(axis=1)
        found["one_hot"] = np.eye(work.sizes[-1], dtype=work.dtype)[found["y"]]
        if isinstance(work, Training) and work.loss == "binary_cross_entropy":
            found["y"] = found["one_hot"]
    relu = isinstance(work, PerExample) or work.activation == "relu"
    found["theta"] = np.concatenate(
        [
            np.append(rng.standard_normal(d_in * d_out) * np.sqrt((2.0 if relu else 1.0) / d_in), np.zeros(d_out))
            for d_in, d_out in itertools.pairwise(work.sizes)
        ]
    ).astype(work.dtype)
    return found


def layers(theta: np.ndarray, sizes: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return weights and biases as views of one vector."""
    found, start = [], 0
    for d_in, d_out in itertools.pairwise(sizes):
        middle = start + d_in * d_out
        found.append((theta[start:middle].reshape(d_in, d_out), theta[middle : middle + d_out]))
        start = middle + d_out
    return found


def vector(parts: list) -> np.ndarray:
    """Return weights and biases in one vector."""
    return np.concatenate([np.asarray(part).ravel() for layer in parts for part in layer])
