"""PDF: from the words of a page and their places to paragraphs and headings."""
