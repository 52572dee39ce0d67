"""Reading: which format each source has, and what its columns mean. Below: sql, files, formats."""
