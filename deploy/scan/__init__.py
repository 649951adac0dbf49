"""What is known against the layers and the code: in dist/ before they ship, or of what is live in a stage.

    targets           the zips that are looked at, each opened: from dist/, or from AWS
    vulnerabilities   known vulnerabilities, by pip-audit from OSV
    secrets           tokens and private keys in any file
    unwanted          files that have no business in Lambda
    licences          every distribution's licence against the project's list
    bundled           compiled libraries that no scanner sees, named
    findings          all of that, and what the project decided to live with, until when
    scan              the whole of it, one after the other

Nothing passes by not having been looked at: what could not be checked is said, and fails unless a switch allows it.
"""
