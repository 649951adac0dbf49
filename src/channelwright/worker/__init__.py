"""The queue's consumer.

consumer     a batch of messages to jobs, in order
delivery     what becomes of a job: done, given up, or to come again
redelivery   handing a message back to the queue
"""
