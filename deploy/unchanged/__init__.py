"""`layer` where nothing changed: answered from what the last such run printed, before what builds is loaded.

An answer holds as long as all that it followed from is the same, and what it speaks of lies where it lay: files and
folders by their content, what git ignores, the images that names stand for, the pipeline's own sources and all else
that Python had loaded, the variables that the pipeline reads. Whatever is otherwise, or cannot be told, is left to the
run itself. It is a word for people: nothing ships by it, and `--verify` and `--no-cache` do not ask for it.

inputs   what a run followed from, each with a digest that is found out without loading what reads it
gathered  which inputs a run has, by its settings
answer   what a run printed, kept and found by its inputs
"""
