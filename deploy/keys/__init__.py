"""Which keys config/pipeline.yaml may have; what each means is in pipeline.schema.json.

place          where the file lies
document       the file itself, read, or why it cannot be
faults         what is wrong with them, every fault at once
foreign        what is wrong with the layers that functions name
functions      what is wrong with `functions`
former         those that have another name now
command_names  the pipeline's own commands, whose names no extension takes
"""
