"""What runs in a stage, and whether it is what it should be. Everything is asked of AWS; nothing is changed.

observe   AWS's answers as values: functions with their aliases, versions and layers, queues, the stack
standing  those values, and their JSON
drift     what is not as the template, config/pipeline.yaml and the release's own notes say: `status --check` fails
remarks   what is allowed and still worth knowing
"""
