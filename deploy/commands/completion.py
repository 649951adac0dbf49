"""Print what makes a shell complete commands, options and stages.

bash   eval "$(channelwright completion bash)"                                        in ~/.bashrc
zsh    eval "$(channelwright completion zsh)"                                         in ~/.zshrc, behind compinit
fish   channelwright completion fish > ~/.config/fish/completions/channelwright.fish  once
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..invocation import PROGRAM

if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "fish")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("completion", help="make a shell complete commands and options", description=__doc__)
    parser.add_argument("shell", choices=SHELLS, help="the shell to print it for")


def run(arguments: argparse.Namespace) -> int:
    import argcomplete.shell_integration

    print(argcomplete.shell_integration.shellcode([PROGRAM], shell=arguments.shell))
    return 0
