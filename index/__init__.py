"""From briefing files to a searchable index, and back to an open one.

Knows nothing about questions: what is asked, and how it is answered, is `qa`'s.
"""
