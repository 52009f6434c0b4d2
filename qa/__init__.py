"""From a question to a quoted answer.

Knows nothing about how an index is built, only how to read one that is open.
"""
