"""What `--json` prints: a file for each command with the type of its document, beside the schema made from it.

`DOCUMENT` is that type. Every key is always there; null is what is not known, or not so.

diff, show, where, report, scan, status  what was looked at
releases, versions                       lists
deploy, promote, prune, rollback, share  what was done, or would be
doctor, bench                            checks and measurements
status_function, layer_version           parts of `status` and `versions`
"""
