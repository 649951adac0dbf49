"""The interactions endpoint, which answers Discord within three seconds.

interactions   an HTTP request to an answer: verify, queue, defer
web            requests in the shapes in which AWS hands them over
signature      Discord's signatures
commands       the table of commands, and reading what comes back
suggestions    what is offered while somebody types
validation     what can be checked of a request without asking Discord
queue          the door to SQS, for sending
"""
