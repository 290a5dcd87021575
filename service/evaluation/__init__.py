"""How good the answers are on judged sets, and what is fitted to them."""
