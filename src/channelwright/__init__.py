"""The bot that runs in Lambda. Importing any module of it has no effect; bot.py and worker.py put it to work."""
