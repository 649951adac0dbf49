"""The project's CloudFormation template: its own, or the one that the pipeline makes from the configuration.

source       which of the two it is, as text
document     the pipeline's own, whole
function     a function with its log, its role, a first version and the alias
sources      what invokes a function: a URL, a queue, a schedule
alarms       its alarms
names        how resources are named
short_forms  a template's text as values
plausible    a value for a parameter without a default
intrinsics   CloudFormation's functions as values, and YAML with their short forms
"""
