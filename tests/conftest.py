import notebooks
import pytest
from hypothesis import settings

# The same examples on every run and every machine; a slow machine is not a failure.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50, print_blob=True)
settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of the book is proved, checked and derived; the gates in `tests/book` demand all of it."""
    covered = notebooks.coverage(notebooks.book(), notebooks.read_ledger())
    terminalreporter.section("the book", sep="-")
    for what, (part, whole) in covered.items():
        terminalreporter.write_line(f"{what}: {part} of {whole} ({part / max(whole, 1):.1%})")
