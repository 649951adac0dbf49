"""What is left out of a layer, and what proves that nothing which stays could reach it.

apply      the rules, in their order, and what each did to which distribution
plain      the rules that look at paths
unreached  the rule for folders of tests
metadata   the rule for .dist-info, and licences
botocore   the rules for botocore's data
symbols    the rule for what no loader reads of shared objects
sections   the work on their bytes
readers    which distributions read what a rule would take, and keep it
source     what the code of modules names
"""
