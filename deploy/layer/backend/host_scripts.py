"""Scripts that run in a sandbox of this host: one that reads another, and what takes awslambdaric's place."""

from __future__ import annotations

from pathlib import Path

# Reads the script and its argument, and runs the script as __main__ with these folders before the standard library.
LOADER = """\
import sys
sys.path[:0] = sys.argv[1].split(":")
script, argument = (sys.stdin.buffer.read(int(size)) for size in sys.argv[2:])
sys.argv[:] = ["script", argument.decode()]
exec(compile(script, "script", "exec"), {"__name__": "__main__"})
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
