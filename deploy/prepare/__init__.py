"""From a project to what can be shipped: verified layers, and a code bundle that was tried on them.

Everything is taken from the cache where the cache has it: the container engine is only asked, and the heavy
libraries only imported, when something has to be built or tried.

values   how to go about it, and what comes of it
make     build what a project has, or prove what was built elsewhere
layers   its layers, built and verified
code     its code, bundled, checked and tried
against_lock  layers compared with what their lock gives
at_hand  what one run has at hand: the cache, the runtimes that it opened

once_defaults  what a layer keeps that was left out of it before
"""

from .make import prepare, prove
from .values import Choices, Prepared

__all__ = ["Choices", "Prepared", "prepare", "prove"]
