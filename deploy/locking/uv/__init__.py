"""The one door to uv, which finds the versions that fit.

call             runs it in an empty folder, with what this machine's pip knows of indexes and nothing else
export           a uv.lock as a pylock.toml
from_one_index   what comes from one index alone
interpreter      what it asks which Python it resolves for: it answers as the runtime's would
log              what it tells besides its answer
relock           `uv lock` itself, for projects that lock with uv
of_project       as a project has it: with its indexes and its cooldown
refusals         what its refusals mean
sources          where tool.uv.sources says that own dependencies lie
"""
