"""Documents in: readers for formats, parsers for kinds, and the words of the domain. No models, no web.

Nothing is imported here: every room takes `corpus.errors`, and must not pay for the readers.
"""
