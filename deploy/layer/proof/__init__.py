"""Proof by difference: what pip installs works in the zip, or the layer is not verified.

The same look (deploy/inside/look) is taken at two trees in the same image: the reference, which is what pip installs
from the very wheels of the layers, and the final zips. What only the zip cannot do is the pipeline's own fault: the
trim rule that made the difference is withdrawn for that distribution, and the zip is made again. What neither can do
is a remark with its reason, unless nothing public of a distribution can be imported, or a handler needs it.

tree       what there is to look at, and whose it is
script     the probe as one script
look       a look taken in a sandbox: the accounts of all that there was to look at
reference  what pip installs, looked at once for the same wheels, image and probe
inferred   what trimming did to a layer that was built elsewhere
judge      two looks, compared: faults, differences, remarks
accounts   those that are not whole
compiled   what became of a layer's bytecode as it was imported
grouping   what follows from one cause, said once
metadata   importlib.metadata's answers, compared with the lock and the reference
requires   what the distributions require of each other, compared with the lock
runtime_provides  what the project wants of the runtime itself, and whether it fits the layers
trial      layers tried together, and judged
record     what was proven of one layer, written down as evidence
strangers  files that nothing brought
withdraw   which trim rule made a difference
improve    layers are built again without it, until they are no worse
handlers   a function's handler, tried on its layers
"""
