"""Charts: drawn as SVG from the same figures as the page, without a script."""
