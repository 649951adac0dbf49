"""What the bytes of a layer alone tell. It reads the zip, never a build directory.

audit     one layer, or those that one function has together: every fault, the first ones explain most
limits    sizes against Lambda and the budget
archive   the zip as a zip: paths, modes, what runs at start-up
wheels    distributions, versions and wheels against the lock
bytecode  bytecode that is there, unchecked and not stale
code      the code zip: its native files, and the names that hide those of layers or of Python
trust     whom a function is told to believe over TLS, and whether its layers bring that
natives   all that a loader loads, and whose it is
loading   what a loader would do for a library that deserves a word
files     what a layer brings besides distributions
foreign   libraries for other machines, beside those for this one
elf       architecture, glibc and libraries of every shared object
dynamic_segment  what elf reads them from: symbols and their versions
"""
