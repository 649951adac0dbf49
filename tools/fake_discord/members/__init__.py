"""The members' side of Discord.

people       members run commands, press buttons, read what they can see
options      what Discord's client makes of a member's input to a command
switchboard  interactions go out to the bot, and its replies are taken in
signing      requests to the bot's endpoint, signed as Discord signs them
"""
