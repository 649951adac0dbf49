"""The way of a request: over HTTP or without a socket, through the gate to an operation.

server       HTTP on loopback, one thread for each connection
in_process   the same behind a requests.Session, without a socket
gate         Cloudflare, path, token, body, limits, faults, and at last the work
call         a request on its way through, and the answer on its way back
rate_limits  a bucket for each operation and resource, a global one, and Cloudflare above them
faults       things that go wrong on purpose: which call of which operation, and how
"""
