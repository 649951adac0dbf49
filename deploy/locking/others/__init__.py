"""The locks of other tools, uv.lock and pylock.toml, and the indexes that their files name.

named_indexes  the indexes of uv, Poetry, PDM and Pipenv, and what comes from one of them alone
hashed         what a requirements.txt with hashes has no wheel of for the runtime, as an index tells
pylock         the strict reader of pylock.toml, and of uv.lock, which uv exports as one
static_name    the name of a project that is a source
unfit          what is locked and has no wheel for the runtime, and why
refit          has uv lock versions that fit instead: uv knows neither Lambda's glibc nor its architectures
"""
