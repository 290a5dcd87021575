"""Exports of a register or tracker: tables whose rows become records."""
