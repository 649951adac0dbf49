"""Print what makes a shell complete commands, options and stages.

bash   eval "$(channelwright completion bash)"                                        in ~/.bashrc
zsh    eval "$(channelwright completion zsh)"                                         in ~/.zshrc, behind compinit
fish   channelwright completion fish > ~/.config/fish/completions/channelwright.fish  once
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..invocation import PROGRAM
from . import read_only

if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "fish")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("completion", help="make a shell complete commands and options", description=__doc__)
    parser.add_argument("shell", choices=SHELLS, help="the shell to print it for")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    import argcomplete.shell_integration

    code = argcomplete.shell_integration.shellcode([PROGRAM], shell=arguments.shell)
    if arguments.json:
        from .output.completion import CompletionOutput

        read_only.print_json(CompletionOutput(shell=arguments.shell, code=code))
    else:
        print(code)
    return 0
