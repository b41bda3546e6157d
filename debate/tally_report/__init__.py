"""The figures of many transcripts, as tables and as a page. It tells; it never scores."""
