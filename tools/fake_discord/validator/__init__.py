"""Bodies of requests, held against what Discord documents, and its refusals.

form            a body read field by field, and what is wrong gathered into Discord's tree of errors
channel_form    what a channel may be
command_form    what a command may be
component_form  what a message's components may be
locales         the languages of the client
message_form    what a message may hold
openapi         requests and answers, held against Discord's official OpenAPI description
refusals        Discord's error answers: codes, messages, statuses
"""
