"""JSON that outlives a run, or leaves it: read into typed values once, at the border, and written from them.

A document is a frozen dataclass. Its schema is made from it, so that there is one description of it. Every key is
written, always; a default is what a document stands for that an older version wrote without that key, and UNSET there
that it does not say.

reading   JSON as a value, or one error that says where it is none; refuses what a newer version wrote
writing   a value as JSON
schemas   the JSON schema of a document, as it is written today

yaml_loops is of what people write: YAML that leads back to itself.
"""
