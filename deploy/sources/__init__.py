"""Own code and sources of others as wheels: fetched on this machine, built in the runtime without network, kept.

Elsewhere, a lock ── places ─── Place        where a source lies: a folder, a file, a commit of git
                     snapshot ─ files        what of a folder or an archive is the source, and its digest
                     checkout ─ files        a commit, fetched with the user's own git
                     described              what git says of a commit, for versions that are made of it
                     archives ─ files        the source archive of a release, which nothing of is run here
                     backend ── Backend      what pyproject.toml says of building it
                     needed ─── pins         what building takes, locked with hashes in a file of its own
                     in_runtime              the program that builds, inside the runtime: it imports nothing of ours
                     build ──── OwnWheel     a pure wheel, the same bytes whenever and wherever it is built
                     canonical               what makes these bytes the same
                     shelf                   wheels that were built, by their sha256 and by what they follow from
                     provide                 all of a lock's own sources, before a layer is built
                     opening                 the runtime in which it is built
                     locking                 all of what is wanted, before it is locked
                     values                  what that starts from, and what comes of it
"""
