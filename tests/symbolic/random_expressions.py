"""Random sums over arrays of symbolic size, from a seed."""

import numpy as np
import sympy as sp

from mathnn import symbolic

N, D = symbolic.sizes("n d")
ARRAYS = {
    "A": symbolic.array("A", N, D),
    "W": symbolic.array("W", D, D),
    "x": symbolic.array("x", D),
    "y": symbolic.array("y", N),
}
FUNCTIONS = (sp.exp, sp.sin, sp.tanh, lambda t: 1 / (3 + t**2), lambda t: t**2, lambda t: t**3)


class Draw:
    """Draws expressions whose free indices are among those given; each index comes with its range."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def one_of(self, options):
        return options[self.rng.integers(len(options))]

    def index(self, free, size):
        """An index with this range, or None."""
        fitting = [index for index, end in free if end == size]
        return self.one_of(fitting) if fitting else None

    def entry(self, free):
        base = ARRAYS[self.one_of(list(ARRAYS))]
        indices = [self.index(free, size) for size in base.shape]
        return base[tuple(indices)] if None not in indices else sp.Rational(int(self.rng.integers(1, 5)), 2)

    def delta(self, free, depth):
        """An expression times a delta of two different indices; where there are none, it sums over both."""
        size = self.one_of([N, D])
        fitting = [index for index, end in free if end == size]
        if len(fitting) < 2:
            return symbolic.total(lambda i, j: self.delta((*free, (i, size), (j, size)), depth), size, size)
        left, right = self.rng.choice(len(fitting), 2, replace=False)
        return sp.KroneckerDelta(fitting[left], fitting[right]) * self.expression(free, depth)

    def expression(self, free=(), depth=4):
        if depth == 0:
            return self.entry(free)
        kind = self.rng.integers(7) if free else 0
        if kind <= 2:
            size = self.one_of([N, D])
            return symbolic.total(lambda i: self.expression((*free, (i, size)), depth - 1), size)
        if kind == 3:
            return sp.Add(*(self.expression(free, depth - 1) for _ in range(2)))
        if kind == 4:
            return sp.Mul(*(self.expression(free, depth - 1) for _ in range(2)))
        if kind == 5:
            return self.delta(free, depth - 1)
        # Bounded arguments, so that nothing overflows.
        return self.one_of(FUNCTIONS)(self.expression(free, depth - 1) / 20)


def numbers(seed, n, d):
    rng = np.random.default_rng(seed)
    return {
        "A": rng.uniform(-1, 1, (n, d)),
        "W": rng.uniform(-1, 1, (d, d)),
        "x": rng.uniform(-1, 1, d),
        "y": rng.uniform(-1, 1, n),
        # For expressions in which no array has the size.
        "n": n,
        "d": d,
    }
