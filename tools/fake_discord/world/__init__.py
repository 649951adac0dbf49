"""What this Discord consists of, and what follows from it.

state         a server as values that never change: a change makes a new Guild
world         all that there is: guilds with their past, messages, interactions, commands, the application
opening       the server as it is when a scenario starts
clock         time that a test can hold and move, and the ids that Discord derives from it
bell          wakes those who wait for a change
interactions  the states of an interaction, from a member's click to the bot's answer
exchanges     every HTTP exchange, in both directions, with nothing secret in it
names         what Discord makes of a channel's name
permissions   Discord's permission arithmetic
sight         who sees what
"""
