"""Loads what a build loads: a server of processes that imports it forks builds that begin at once."""

import faiss  # noqa: F401
import fake_precedent  # noqa: F401
import sklearn.linear_model
import sklearn.model_selection  # noqa: F401
import tantivy  # noqa: F401

import service.cli.build_commands  # noqa: F401
from corpus.closure import rules

rules()
