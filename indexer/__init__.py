"""Documents and models into one immutable generation on disk, and back."""
