"""The code zip: what becomes /var/task, apart from the layers.

bundle            the zip: the same sources give the same bytes on any machine
remembered        the code zip of an earlier run, by all that it follows from
selection         which files ship, and what is left out
sources           sources as the Python reads them that will run them, here or in the runtime's image
bytecode          the modules' bytecode, as the runtime's Python makes it
start             entry modules that load a handler while the garbage collector rests
strip_docstrings  sources without their documentation; every line keeps its number
tree_digest       one digest for a tree of files, as the deployed functions compute it
"""
