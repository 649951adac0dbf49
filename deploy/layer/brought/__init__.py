"""What a layer brings besides the distributions of its lock, as it lies in the project.

files    native tools, libraries, extensions and data, each at its path below /opt
modules  own modules that functions share, as a wheel that follows from them
"""
