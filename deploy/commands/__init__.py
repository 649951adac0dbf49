"""What people call: a file for each command, named like it, with its arguments, its steps and what it prints.

layer, deploy, local, lock, check                what is made and shipped
promote, rollback, prune, share                  the life of a release
status, show, diff, where, report, scan, doctor  looking; nothing is changed
bench, engine, template, update_text             around it
confirm                                          asking a person before something is changed
backend                                          where layers are built and tried, of those that build them
read_only                                        what the commands that only look have in common
"""
