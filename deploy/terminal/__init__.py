"""What a terminal shows, and what never reaches it.

characters   text from outside, without what would steer a terminal
markdown     the same for a text that GitHub shows
table        a table in the width that there is
aws_calls    each call to AWS with its time
verbose      what -v and -vv tell besides
duration     times as people say them
quantity     how many of something
waiting      long steps: a live line on a terminal, a line now and then elsewhere
"""
