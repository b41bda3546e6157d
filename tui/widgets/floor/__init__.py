"""The floor: the record, who sits at the table, what a person says."""
