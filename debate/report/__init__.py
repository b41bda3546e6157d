"""What reports have in common: sections, pictures as SVG, and a page that opens offline."""
