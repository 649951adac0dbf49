"""What is published and live, read from AWS itself: what a layer version holds, and who uses it.

contents    a layer's zip, opened: its packages, files and sizes, ours or anybody's
abi         what binds a file to a Python or to a machine
difference  what differs between two layers, as a value with a JSON form
shelf       layer versions and code fetched from AWS, each zip downloaded once and kept by its sha256
usage       which functions, versions and aliases have which layer versions
"""
