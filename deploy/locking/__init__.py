"""From requirements.in to requirements.txt: exact versions, and the sha256 of every wheel that fits the runtime.

requirements.in + requirements.txt ─ resolver ─ Resolution    versions that fit one architecture, by uv
                                     wheels ─── Wheel         of each version, the files that the runtime can use
                                     document ─ LockedPackage one lock for all architectures, as text
                                     difference ─ Change      what that changes, or what is wrong with the lock
"""
