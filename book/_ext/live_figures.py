"""The backend of matplotlib in the reader's browser: shows in the page.

It is chosen by the variable MPLBACKEND, as ``module://live_figures``.
"""

import builtins

from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "show"]


def show(*_, **__):
    """Show all open figures and close them."""
    for manager in Gcf.get_all_fig_managers():
        builtins.display(manager.canvas.figure)
    Gcf.destroy_all()
