"""Which chapters answer for which module of `mathnn`."""

import notebooks

BOOK = notebooks.book()

# The modules whose functions the chapters state: their checked cells must notice what is wrong with them.
MODULES = (
    "calculus",
    "activations",
    "losses",
    "gradient_descent",
    "linear_regression",
    "logistic_regression",
    "perceptron",
    "network",
    "training",
    "approximation",
)

# Modules whose chapters do not have their name. Every other is the chapter's of the same name.
HOMES = {
    "activations": ("perceptrons", "losses"),
    "perceptron": ("perceptrons",),
    "network": ("networks", "backpropagation"),
    "approximation": ("universal_approximation",),
}


def chapters_of(name: str) -> tuple[notebooks.Notebook, ...]:
    """Return the chapters of a module that are written."""
    return tuple(n for n in BOOK if n.is_chapter and n.name in HOMES.get(name, (name,)))
