"""Looks at a project that has no configuration yet, and writes the least that works; nothing is ever overwritten.

    templates, serverless.yml, .chalice ─ look ─ Survey     functions, and what cannot be taken over
    locks and lists of requirements ───── locks ─ FoundLock  what the layer is made of
                                          propose ─ Proposal  the files, as they would be written

values          what is found
cloudformation  functions of a SAM or CloudFormation template
template_layers the layers that such functions have, and the lists of requirements of both
samconfig       where SAM deploys them to, and with which parameters
serverless/     functions of a serverless.yml
chalice         functions of a chalice application; `blueprints` reads what other modules bring to it
handlers        functions that no such file defines: modules with a handler
places          where a handler's module lies
look            all of these, in one project
locks           the lock that is there, or what is to be locked
cdk             what a CDK application itself needs, and no function
fit             a runtime for which the lock has wheels, or what uv would have to lock instead
together        functions with names that differ, and the folder of sources that most have
propose         what is written of what was found
parameters      which variables of functions differ by stage
written         config/pipeline.yaml and the workflow as text
"""
