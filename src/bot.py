"""The interactions endpoint's entry point. Importing it is the function's start-up.

The queue's door is made here on purpose, with the certificates that it trusts: Lambda gives the start-up a whole
processor, and at 128 MB the first command a fourteenth of one, and Discord gives it three seconds.
"""

import os
from pathlib import Path

from channelwright.endpoint.interactions import Endpoint
from channelwright.health import answering

handler = answering(Endpoint.from_environment(os.environ), Path(__file__).parent)
