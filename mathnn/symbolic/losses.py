"""The book's losses, written out with sums; SymPy does the differentiating."""

import sympy as sp

from mathnn.symbolic.arrays import total


def rss(beta: sp.IndexedBase, A: sp.IndexedBase, y: sp.IndexedBase) -> sp.Expr:
    r"""Residual sum of squares, for all sizes.

    .. math:: \mathrm{RSS}(\beta) = \sum_{i=1}^n \Bigl(\sum_{j=1}^d A_{ij} \beta_j - y_i\Bigr)^2

    Parameters
    ----------
    beta, A, y : sympy.IndexedBase
        Arrays of shapes (d,), (n, d) and (n,), made by `array`.

    Returns
    -------
    sympy.Expr
        The sum.

    Notes
    -----
    Book: ``def-rss``.

    Examples
    --------
    >>> from mathnn.symbolic import array, evaluate, sizes
    >>> n, d = sizes("n d")
    >>> loss = rss(array("beta", d), array("A", n, d), array("y", n))
    >>> print(evaluate(loss, beta=[1.0, 0.0], A=[[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]], y=[0.0, 2.0, 1.0]))
    2.0
    """
    n, d = A.shape
    return total(lambda i: (total(lambda j: A[i, j] * beta[j], d) - y[i]) ** 2, n)
