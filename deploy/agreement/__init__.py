"""Whether configuration, sources, template and what AWS has agree: found before anything is changed, or built.

static      all that is found without AWS, for a stage or for every one
handlers    the modules of the handlers, and what is defined in them
contract    the functions of the template, their versions and aliases
parameters  the template's parameters, and what a stage gives
snap_start  functions that start from a snapshot, and what Lambda does not take beside it
lengths     names with the stage's suffix, against what AWS takes
lint        what cfn-lint says of one's own template
places      whether the stages' regions are there and offer what the template needs
deployed    functions that exist and that no template of the project makes
"""
