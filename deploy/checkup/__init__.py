"""What is wrong, found before it hurts: small checks that look at one thing each and change nothing.

    context    whose health it is: the project, a stage of it, and what was read of them once
    checks     every check, and which others it needs
    runner     makes the checks, several at once; one that cannot be made is said to be, one with a bug stops no other
    findings   what a check found: well, or with cause and cure

The rooms, each a few checks:

    project    configuration, lock, the runtime's end of life
    engine     container engine and runtime image
    disk       room for caches, builds and images
    account    credentials, and whose they are
    rights     what a deploy may do, as IAM decides it; iam_actions has what a deploy asks of AWS
    github     what GitHub's workflows say they are, against the role's trust, which github_trust reads
    stack      CloudFormation's stack
    functions  functions and their aliases
    layers     what is attached, against what is published and locked
    logs       imports that failed in the last hours
    limits     what is nearly full
    extension  what the project adds: what its checks get, and what they print
"""
