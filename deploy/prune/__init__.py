"""What nobody needs any more is found, shown, and deleted.

plan     which versions nobody needs any more, and why each other is kept
removal  deletes them, each only after one more look
"""
