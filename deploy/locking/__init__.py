"""From requirements.in to requirements.txt: exact versions, and the sha256 of every wheel that fits the runtime.

requirements.in + requirements.txt ─ resolver ─ Resolution    versions that fit one architecture, by uv
                                     wheels ─── Wheel         of each version, the files that the runtime can use
                                     cooldown ─               how old a release has to be
                                     resolution               the same versions for every target
                                     document ─ LockedPackage one lock for all architectures, as text
                                     difference ─ Change      what that changes, or what is wrong with the lock

lockfile    the strict reader of requirements.txt, which builds use
dependents  what needs what, from the lock's comments
pin_image   the digest that each image's tag stands for now, written into the configuration
"""
