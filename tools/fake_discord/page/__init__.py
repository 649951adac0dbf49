"""The page to look at it all, and the routes behind it. The files beside this one are served as they are.

pages    the page's files: no build step, nothing from elsewhere
view     what the page shows: the server through one member's eyes
control  what a test in another process, or the page, may ask and do under /_fake/
guard    who may: this machine's own programs, and the page itself
"""
