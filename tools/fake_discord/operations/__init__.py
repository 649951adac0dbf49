"""What the API offers: a file for each resource, as in Discord's documentation.

routes       every operation by its name in the official description; anything else is 404
access       whether the bot may: each question passes or refuses with Discord's code
shapes       what a user, a role, a channel, a message look like in an answer
application  the application itself
commands     the application's commands
guilds       the guild, its members, and who the bot is
channels     list, look at, create, change, delete
overwrites   set and remove one, and what happens below a category
roles        list, create, change, delete, give and take
messages     send, read, edit, delete
mentions     whom a message notifies
events       scheduled events in voice channels
callbacks    the first reply to an interaction
webhooks     the replies that follow it
"""
