"""The checkers of the book's exercises, one module a chapter.

They are part of the package, so that a downloaded notebook needs nothing but `mathnn`.
"""

from mathnn.exercises.verdict import Verdict

__all__ = ["Verdict"]
