"""What stands between a shell and a command.

parser      argparse, with what was probably meant and the usage of the command that was called
refusals    why a run was refused, for people and as values
help_text   help as wide as the terminal, and no wider than 80
"""
