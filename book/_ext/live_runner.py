"""Runs a cell in the reader's browser as a notebook would.

Every output goes to ``emit(kind, content)`` at once, the kinds being text,
warning, latex, html, png and error. Nothing here needs the browser.
"""

import ast
import base64
import builtins
import contextlib
import io
import linecache
import logging
import pprint
import sys
import time
import traceback
import types

MOST_TEXT = 100_000  # characters of one cell: an endless loop may print
PAUSE = 0.1  # seconds between two messages to the page
CUT = "\n… The cell prints more than the page can show.\n"

# It says on every first run that it builds its list of fonts.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


class Printer(io.TextIOBase):
    """A stream that hands to the page what is printed, in few messages."""

    def __init__(self, emit, kind):
        self.emit, self.kind = emit, kind
        self.pending, self.said = "", 0
        self.last = time.monotonic() - 2 * PAUSE  # the first line goes at once
        self.other = None  # the stream that must not be overtaken

    def write(self, text):
        """Take a text, and pass it on if the page has had a pause."""
        if self.other:
            self.other.flush()
        room = MOST_TEXT - self.said
        self.said += len(text)
        if room > 0:
            self.pending += text[:room] + (CUT if len(text) >= room else "")
        # Half a line waits for its rest, but not for long.
        pause = PAUSE if "\n" in self.pending else 10 * PAUSE
        if time.monotonic() - self.last > pause:
            self.flush()
        return len(text)

    def flush(self):
        """Pass on what is pending."""
        if self.pending:
            self.emit(self.kind, self.pending)
            self.pending, self.last = "", time.monotonic()


def show(emit, *values, raw=False):
    """Show values in their richest form; IPython's `display` in small."""
    sys.stdout.flush()
    sys.stderr.flush()
    for value in values:
        emit(*_form(value, raw))


def _form(value, raw):
    if raw:  # a dictionary of forms, as for IPython's display
        kinds = [("html", "text/html"), ("latex", "text/latex")]
        for kind, form in kinds:
            if form in value:
                return kind, value[form]
        return "text", value["text/plain"] + "\n"
    if hasattr(value, "savefig"):
        return "png", picture(value)
    for kind in ("html", "latex"):
        method = getattr(value, f"_repr_{kind}_", None)
        found = method() if callable(method) else None
        if found and not isinstance(value, type):
            return kind, found
    text = repr(value)
    if len(text) > 79 and isinstance(value, list | tuple | dict | set):
        text = pprint.pformat(value, width=79, sort_dicts=False)
    return "text", text + "\n"


class Shown:
    """What `HTML(...)` and its like in IPython.display make."""

    def __init__(self, kind, text):
        setattr(self, f"_repr_{kind}_", lambda: text)


def stand_in_for_ipython():
    """Let `from IPython.display import display` work without IPython (7 MB).

    The package itself stays out: matplotlib asks it for more if it is there.
    """
    module = types.ModuleType("IPython.display")
    module.display = lambda *a, **b: builtins.display(*a, **b)
    module.HTML = lambda text: Shown("html", text)
    module.Math = module.Latex = lambda text: Shown("latex", text)
    sys.modules["IPython.display"] = module


def picture(figure):
    """Draw a figure of matplotlib as a PNG in base 64."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def run(source, name, namespace, emit):
    """Run a cell; its errors are outputs too. Returns whether it ran."""
    out, err = Printer(emit, "text"), Printer(emit, "warning")
    out.other, err.other = err, out
    builtins.display = lambda *values, **options: show(emit, *values, **options)
    # A traceback shows the lines of the cell.
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            _execute(source, name, namespace)
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].show()
        except BaseException as error:
            out.flush()
            err.flush()
            emit("error", report(error, name))
            return False
        finally:
            out.flush()
            err.flush()
    return True


def _execute(source, name, namespace):
    tree = ast.parse(source, name)
    last = None
    quiet = source.rstrip().endswith(";")
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not quiet:
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, name, "exec"), namespace)
    if last is not None:
        value = eval(compile(last, name, "eval"), namespace)
        if value is not None:
            namespace["_"] = value
            builtins.display(value)


def report(error, name):
    """Say what went wrong, in which line of the cell, and by which way."""
    steps = traceback.extract_tb(error.__traceback__)
    inside = [step.filename == name for step in steps]
    steps = steps[inside.index(True) :] if any(inside) else []
    lines = [step for step in steps if step.filename == name]
    line, code = (lines[-1].lineno, lines[-1].line) if lines else (None, "")
    if isinstance(error, SyntaxError) and error.filename == name:
        line, code = error.lineno, (error.text or "").strip()
    whole = traceback.format_list(steps)
    whole += traceback.format_exception_only(error)
    return {
        "kind": type(error).__name__,
        "message": getattr(error, "msg", None) or str(error),
        "line": line,
        "code": code,
        "name": getattr(error, "name", None) or "",
        "traceback": "".join(whole),
    }
