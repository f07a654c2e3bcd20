"""AWS as the functions use it, in this process's memory: the calls they make, and what AWS refuses of them.

botocore and moto take nearly all of the time of a test that goes through them. These stand-ins answer the same calls in
the same words, so everything above a client runs unchanged: the stores, the Inbox, the registry. `test_agrees.py` makes
the same calls of moto and of these, and compares every answer and every error.
"""
