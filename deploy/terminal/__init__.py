"""What a terminal shows, and what never reaches it.

characters   text from outside, without what would steer a terminal
table        a table in the width that there is
duration     times as people say them
waiting      long steps: a live line on a terminal, a line now and then elsewhere
"""
