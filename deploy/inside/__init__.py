"""What runs inside the runtime image: from a folder of wheels to the layer's zip, and the probe that tries it.

Nothing here imports anything but the standard library and the one tool in tools.txt, so that the image needs
nothing installed. The values that cross the border, `Recipe` in and `Report` out, are in `exchange`; the host
imports that module too.

assemble   from a folder of wheels to the layer's zip: the steps, in their order
exchange   the values that cross the border, as JSON
refusal    what the assembly refuses, as plain lines that the host shows
wheel      a wheel in memory, mapped as `pip install --target` would
programs    the console scripts that an installer makes of entry points
selection  which wheels make the layer: one for each pin, with a hash that the lock allows
headers    METADATA and WHEEL, as text
unpack     files of archives that somebody else made, no more of each than it declares
strict     JSON that somebody else may have written, read as just its types
files      the files of a layer while it is assembled, by their path below python/
trim       a room: what is left out, one rule for each key of the trim policy
record     each distribution's RECORD, written anew
certificates  certifi's in forms of which less has to be read
bytecode   modules compiled, the same wherever it is done
compiler   the process that compiles them
parts      what was made of the files of each wheel, found by what it follows from
inventory  what is in a layer: the report, and the manifest inside the zip
archive    the zip: the same entries give the same bytes
tool       libdeflate, brought in from its wheel
look             looks at what was unpacked: imports everything, loads everything, asks everything
"""
