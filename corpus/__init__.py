"""Documents in: readers for formats, parsers for kinds, and the words of the domain. No models, no web."""
