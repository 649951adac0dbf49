"""What is published and live, read from AWS itself: what a layer version holds, and who uses it.

reference        a layer as somebody names it: a version, an ARN, a file; opened
contents         a layer's zip, opened: its packages, files and sizes, ours or anybody's
described        the distributions in a layer, as its manifest or their own metadata describes them
known            all that is known of a layer, and from where
descriptions     what the pipeline writes into AWS's descriptions, and reads back
downloads        layer versions and code, each zip downloaded once and kept by its sha256
seen             what never changes of a layer version: its zip's digest and size
functions        a function as AWS has it: its versions, its aliases, what is live; compared
foreign          layers of others that functions have, by their ARNs
trial_layers     those of them that can be had here, for the trial of the functions
usage            which functions, versions and aliases have which layer versions
where            which layer versions hold a package
abi              what binds a file to a Python or to a machine
difference       what differs between two layers, as a value with a JSON form
difference_text  the same as people read it
"""
