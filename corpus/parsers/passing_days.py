"""Days as papers write them in passing: with two figures for the year, by quarter of a financial year, in words."""

import re

from corpus.dates import find_date, iso_date

_SHORT = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{2}|\d{4})\b")


def day_in(text: str) -> str | None:
    """ISO form of the first date in a short text ("14/02/11", "by 31 March 2011", "March 2011"); None for none."""
    if match := _SHORT.search(text):
        year = match[3] if len(match[3]) == 4 else f"20{match[3]}"
        return iso_date(f"{match[1]}/{match[2]}/{year}")
    return find_date(text) or iso_date(text.strip(" ."))
