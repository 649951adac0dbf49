"""What nobody needs any more is found, shown, and deleted.

plan     which versions nobody needs any more, and why each other is kept
layers   the part of a layer's versions
values   what is judged of a version, and by which policy
removal  deletes them, each only after one more look
"""
