"""A release: infrastructure, published layers, and function versions behind one alias each.

deploy           one deploy from end to end
stack            the project's template as a CloudFormation stack
stage_stack      that stack as it is, and whether a template would change it
existing         functions that the stage's stack did not make, and what is left for it to be made of
publish          publishes a verified layer, unless AWS has these bytes already
delivery         brings layers to every region: published, shared, `next` moved
plan             what a rollout would do, as a value that can be printed and tested
function_plan    the part of one function of it
rollout          carries out a plan: new versions, each proven; then the aliases
aliases          moves the aliases of a release: all of them, or none
health           asks a function version what it really runs
history          what a stage's functions stand for and stood for before
values           wanted and published layers and live functions, as values
promote          the very bytes that one stage runs, so that another may run them
rebuilt          downloaded zips as the values that a build gives
rollback         takes a stage back to a release that was live
rollback_target  where a stage can go back to
rollback_losses  what is no longer there after going back
"""
