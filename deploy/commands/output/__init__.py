"""What `--json` prints: a file for each command with the type of its document, beside the schema made from it.

`DOCUMENT` is that type. Every key is always there; null is what is not known, or not so.

layer, lock, check, engine, init         what was made and found good
template, update_text, completion        texts
local                                    the system that ran on this machine
diff, show, where, report, scan, status  what was looked at
releases, versions                       lists
deploy, promote, rollback, share         what was done, or would be
prune, destroy                           what was deleted, or would be
doctor, bench                            checks and measurements
error                                    what is printed in place of any of them where a run was refused
status_function, layer_version           parts of `status` and `versions`
"""
