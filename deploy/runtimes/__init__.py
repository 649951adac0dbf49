"""What Lambda's Python runtimes are.

base_images  the Linux under each runtime: what a wheel and a shared object may ask of it
wheel_tags   which wheels a runtime can use
end_of_life  until when Lambda supports a runtime
"""
