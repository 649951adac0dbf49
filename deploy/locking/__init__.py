"""From requirements.in to requirements.txt: exact versions, and the sha256 of every wheel that fits the runtime.

requirements.in + requirements.txt ─ resolver ─ Answer        versions that fit one target, by uv
                                     wheels ─── Wheel         of each version, the files that the runtime can use
                                     cooldown ─               how old a release has to be
                                     resolution ─ Resolution  the same versions for every architecture of a runtime
                                     passed_over              what the runtime lacks for newer ones
                                     document ─ LockedPackage one lock for all targets, as text
                                     difference ─ Change      what that changes, or what is wrong with the lock

uv_call          the one door to uv; `interpreter` answers it as the runtime's Python would, of the version that
                 `python_versions` knows; `uv_log` reads what it tells, `refusals` what it refuses
lockfile    the strict reader of requirements.txt, which builds use
dependents  what needs what, from the lock's comments
pin_image   the digest that each image's tag stands for now, written into the configuration
"""
