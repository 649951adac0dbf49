"""A look at an unpacked tree, taken inside the runtime image: the reference, or a final zip. It judges nothing.

probe      the program: from a plan to an account of each subject
apart      runs each task in a process of its own and watches it from outside
running    a task's process as it is seen from outside, and its account
child      what a task's process does of its own: it gives up its rights, and reports
appearance what a package finds when it asks how it was started
bounds     what one package may take
usage      what packages take, and what the sandbox holds
seccomp    system calls that no package needs
ending     ends what a task left running, and removes what it left
removal    removes folders that somebody else filled, however deep
values     the plan and the records, as JSON across the border
place      where a look was taken, and whose what it finds is
modules    imports every module, loads every shared object, opens the data beside them
raised     what an exception says, where it was raised, and what raises the same again
metadata   what importlib.metadata answers
clients    a request of each AWS service's client
handler    a function's handler, imported with its environment
provided   what the runtime brings and the project wants from there
"""
