"""The one door to uv, which finds the versions that fit.

call         runs it in an empty folder, with what this machine's pip knows of indexes and nothing else
interpreter  what it asks which Python it resolves for: it answers as the runtime's would
log          what it tells besides its answer
refusals     what its refusals mean
"""
