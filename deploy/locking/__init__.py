"""From requirements.in to requirements.txt: exact versions, and the sha256 of every wheel that fits the runtime.

requirements.in, pyproject.toml ──── inputs ─── Wanted        what is to be locked; `wanted` reads pip's files
                                     resolver ─ Answer        versions that fit one target, by `uv`
                                     wheels ─── Wheel         of each version, the files that the runtime can use
                                     cooldown ─               how old a release has to be
                                     resolution ─ Resolution  the same versions for every architecture of a runtime
                                     passed_over              what the runtime lacks for newer ones
                                     document ─ LockedPackage one lock for all targets, as text
                                     difference ─ Change      what that changes, or what is wrong with the lock

indexes          where packages come from, for every step
python_versions  the whole version of each runtime's Python
locked           the pins that a target needs, of whatever lock the project has
own              the sources that a lock names
lockfile         the strict reader of requirements.txt, which builds use
plain_text       requirements files in any encoding, line by line
dependents       what needs what, from the lock's comments
others           the locks of other tools, read as they are
pin_image        the digest that each image's tag stands for now, written into the configuration
"""
