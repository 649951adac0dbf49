"""What the bot's makers need and Lambda does not: run by the pipeline as `python -m tools.…`, never shipped."""
