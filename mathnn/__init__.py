"""The programs of the book "Neural Networks: Proofs and Programs".

Every module is a chapter's, and imports NumPy only: ``from mathnn import linear_regression``.
`mathnn.symbolic` needs SymPy as well (``pip install "mathnn[symbolic]"``).
"""

__version__ = "0.1.0"
