"""The bot that runs in Lambda. Importing any module of it has no effect; bot.py and worker.py put it to work.

Rooms, each of which imports only those below it:

    endpoint/   what Discord sends, verified, checked and queued (bot.py; it knows nothing of a server)
    worker/     the queue's messages: which are done, and which come again (worker.py)
    actions/    what people ask for, a function for each command and button
    campaign/   a campaign: its plan, its state in the server, its making, its proof and its end
    discord/    the door to Discord, and a server as the bot sees it

Both functions share jobs (what one hands to the other), components (what a button means), permission_bits, stopped
(why a job ends), environment, health and logs.
"""
