"""Layers that others use: who may, and by which name.

grants     what the configuration declares against what AWS has
going      a prune and a deploy at once: the mark of a version that is being deleted
channels   SSM parameters that hold a version's ARN, for others to follow
stable     makes a version `stable` in every region, by its bytes
inventory  what a region has of the project's layers
reconcile  every version in every region against what is declared: a plan, and carrying it out
catalog    dist/catalog.json: every published version, for other projects to read
"""
