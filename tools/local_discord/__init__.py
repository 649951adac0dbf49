"""What stands beside the emulated AWS when the bot runs on one machine: a fake Discord, and a game master who plays.

`deploy/local/companion.py` says what the pipeline asks of it.
"""
