"""The bot's part of the pipeline: what Discord was told of it, and telling it.

    project's module ─ application ─ Application     commands and permissions, as the project prints them
    stage's stack    ─ endpoint ──── URL             where interactions go
    Discord          ─ api ───────── what is there   the one door to Discord's HTTP API; errors has what it refuses
                       difference ── lines           what would change, as people read it
                       permissions ─                 what the numbers of permissions mean
                       registration ─ Registration   both scopes: what is told, and what is taken away

register    the command: `nox -s register`
doctor      the checks of `doctor`, and which others each needs; findings makes them
deployed    the step of `local` after its deploy

A scope is all servers, or one. Discord shows the commands of both, so that the same command in two scopes is there
twice. So each registration replaces the table of its scope as a whole, in one call which changes nothing when it is
repeated, and takes those commands out of the others.
"""
