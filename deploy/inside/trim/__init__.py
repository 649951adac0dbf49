"""What is left out of a layer, and what proves that nothing which stays could reach it.

apply      the rules, in their order, and what each did to which distribution
plain      the rules that look at paths
metadata   the rule for .dist-info, and licences
botocore   the rules for botocore's data
symbols    what no loader reads of shared objects
"""
