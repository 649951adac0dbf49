"""What a run leaves outside of itself for a while, and whose it is.

owner     a process, by more than its number
folders   temporary folders; those of a run that was killed go with the next one
"""
