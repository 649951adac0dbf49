"""Where a layer's bytes come from: derived from the locked wheels once more, outside of the build, and compared.

The lock is in the project's own history; a build, its cache and what is written in dist/ are not. So nothing here reads
what an earlier run kept but the wheels, whose sha256 is in the lock.

derive    what the lock and the policy give, made in this process
recorded  what the wheels' own RECORDs say of their files
compare   a layer's zip and its report against that
"""
