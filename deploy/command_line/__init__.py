"""What stands between a shell and a command.

running     a command line parsed, and its command run
parser      argparse, with what was probably meant and the usage of the command that was called
completing  what a shell asks while somebody types
refusals    why a run was refused, for people and as values
help_text   help as wide as the terminal, and no wider than 80
"""
