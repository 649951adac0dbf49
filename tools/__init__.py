"""What the bot's makers need and Lambda does not: run by the pipeline as `python -m tools.…`, never shipped.

campaign_channels    checks the channels that campaigns get
discord              the bot's part of the pipeline: registering its commands, and its checks in `doctor`
command_locales      the commands in every language
discord_application  prints what Discord is told about this bot
fake_discord         a Discord for tests and for one machine
first_request        what `bench` asks the bot's functions first, and the services that they meet
local_discord        the companion of `nox -s local`
reference            the pages of the reference, made from the schema, the parser and the calls
release              what becomes of a tag: the text of the release, and its packages
usual_bot            the bot's endpoint as most would write it, to be measured beside it
"""
