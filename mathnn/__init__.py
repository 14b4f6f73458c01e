"""The programs of the book "Neural Networks: Proofs and Programs".

Most modules have the name of a chapter: ``from mathnn import linear_regression``. They need NumPy only, except for
`mathnn.symbolic`, which needs SymPy as well (``pip install "mathnn[symbolic]"``).
"""

__version__ = "0.1.0"
