"""The end of a stage: what it made is named one by one, and deleted once somebody agreed, twice where it is protected.

plan       what there is of a stage, and what of it stays, each with the reason
carry_out  deletes it: the stack first, then what nothing has any more
"""
