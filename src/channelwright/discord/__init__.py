"""The door to Discord, and what is known of a server.

discord_api   calls of Discord's HTTP API: the only module that speaks to it
bot_token     the bot's token
rate_limits   what Discord answers about how fast it may be asked
pace          the time that a job has
server        roles and channels of a server at one moment
permissions   roles, overwrites, and Discord's arithmetic
messages      Discord's refusals in words
text          messages' text: joined, cut, linked
"""
