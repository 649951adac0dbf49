"""Scripts that a backend's interpreters run: one that reads another, one that assembles, one for awslambdaric."""

from __future__ import annotations

from pathlib import Path

# Reads as many bytes of script and argument as it is told to, since the input may never end, and runs the script with
# these folders before the standard library; the interpreter itself starts with the standard library alone.
LOADER = """\
import sys
sys.path[:0] = sys.argv[1].split(":")
script, argument = (sys.stdin.buffer.read(int(size)) for size in sys.argv[2:])
sys.argv[:] = ["script", argument.decode()]
exec(compile(script, "script", "exec"), {"__name__": "__main__"})
"""
# Makes the zip of the context in this folder, and leaves it in out/; for an interpreter that sees the standard library
# alone.
ASSEMBLE = """\
import runpy, sys
sys.path.insert(0, sys.argv[1])
runpy.run_module("deploy.inside.assemble", run_name="__main__", alter_sys=True)
"""
# What awslambdaric does, where it is not installed: import the handler, call it once, print what came of it.
DIRECT = """\
import importlib, json, os, sys, types
plan = json.loads(sys.argv[1])
os.environ.update(plan["environment"])
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
try:
    module, _, name = plan["handler"].rpartition(".")
    context = types.SimpleNamespace(
        aws_request_id="direct", function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""), function_version="1",
        invoked_function_arn="", memory_limit_in_mb="128",
        get_remaining_time_in_millis=lambda: int(plan["timeout"] * 1000))
    outcome = {"answer": getattr(importlib.import_module(module.replace("/", ".")), name)(plan["event"], context)}
except BaseException as error:
    outcome = {"error": {"errorType": type(error).__name__, "errorMessage": str(error)}}
answer.write(json.dumps(outcome) + "\\n")
answer.close()
"""

RUNTIME_API = Path(__file__).with_name("runtime_api.py")
