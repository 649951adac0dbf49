"""What people call: a file for each command, named like it, with its arguments, its steps and what it prints.

init                                             from nothing to a configuration
layer, deploy, local, lock, check                what is made and shipped
promote, rollback, prune, share, destroy         the life of a release, and of a stage
status, releases, versions, show, diff, where, report, scan, doctor  looking; nothing is changed
bench, engine, template, update_text             around it
lock_report                                      what `lock` says of a lock
confirm                                          asking a person before something is changed
backend                                          where layers are built and tried, of those that build them
read_only                                        what the commands that only look have in common
"""
