"""Drawing a study: from transcripts to items, masks, plans and the bundle that raters get."""
