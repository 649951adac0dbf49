"""What Lambda's Python runtimes are.

table        each runtime, in a row: its Linux, its bytecode, until when it is supported
base_images  the Linux under the runtimes: what a wheel and a shared object may ask of it
wheel_tags   which wheels a runtime can use
end_of_life  how many days Lambda still supports a runtime
"""
