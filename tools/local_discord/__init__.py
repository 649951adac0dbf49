"""What stands beside the emulated AWS when the bot runs on one machine: a fake Discord, and a game master who plays.

server    the fake Discord as the companion that is served
client    the way to it in its own process: what its members do, and what they see
scenario  a game master's evening, held against what should come of it
command   a single command, as somebody types it
terminal  what people see, drawn in a terminal

`deploy/local/companion.py` says what the pipeline asks of it.
"""
