"""Makes docs/reference, the page of the bot's commands and schemas from what defines them, so that none falls behind.

    python -m tools.reference            writes the pages
    python -m tools.reference --check    exit code 1 and the names of those that are not as they would be written

pages          which page is made by what
configuration  configuration.md, from deploy/pipeline.schema.json
commands       commands.md, from the argparse parser and the commands' docstrings
documents      the JSON schemas that are made from types: manifests, and what --json prints
outputs        json.md, from the schemas of what --json prints
schemas        a page for each schema of a file that the pipeline writes
permissions    permissions.md, from the calls that the tests recorded, and deploy/github-role.yaml
bot            docs/bot/commands.md, from what Discord is told
calls          which calls of AWS a command can reach
schema_text    what a schema allows, in words; the two pages of schemas share it
markdown       Markdown from plain text, in lines of at most 120 characters
"""
