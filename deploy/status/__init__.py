"""What runs in a stage, and whether it is what it should be. Everything is asked of AWS; nothing is changed.

observe    asks AWS how a stage is
values     a stage as it is, as values with a JSON form
functions  a function's aliases, and what of $LATEST gets no traffic
published  the versions of the project's layers in every region, and what follows each
releases   the releases of a stage, newest first
layers     an attached layer version against the newest of its layer
drift      what is not as the template, the configuration and the release say
remarks    what is worth knowing, and no drift
"""
