"""The pipeline's own commands, and what each does; a project's extensions add others."""

from __future__ import annotations

COMMANDS = {
    "layer": "build the layers inside the Lambda runtime image and prove that they work there",
    "deploy": "publish what changed and roll it out to a stage",
    "local": "run the whole system on this machine, without any account",
    "status": "say what runs in a stage, and whether it is what it should be",
    "show": "say what is in a layer version",
    "diff": "say how two layers differ",
    "where": "find the layer versions that hold a package, and what runs them",
    "promote": "make live in one stage the very bytes that another runs",
    "rollback": "go back to the release before, or to a named one",
    "prune": "delete old versions that nothing refers to; a dry run unless told otherwise",
    "share": "say who may use the layers, and which version is stable",
    "report": "write a page about a layer: its size, packages, needs, and what changed",
    "lock": "lock requirements.in to versions and hashes that fit the runtime",
    "scan": "look for known vulnerabilities, secrets, unwanted files and licences that are not allowed",
    "update-text": "write the text of a pull request that updates the dependencies",
    "template": "print the CloudFormation template that the pipeline makes of the functions",
    "check": "check configuration, lock, handlers and template without building anything",
    "doctor": "find what is wrong before it hurts, each with its cause and cure",
    "engine": "install and start a container engine here (Debian and Ubuntu, as root)",
    "bench": "measure size, build time and cold start against the usual ways",
}
