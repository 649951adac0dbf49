"""What `--json` prints: a file for each command with the type of its document, beside the schema made from it.

`DOCUMENT` is that type. Every key is always there; null is what is not known, or not so.

layer, lock, check                       what was made and found good
error                                    what is printed in place of any of them where a run was refused
"""
