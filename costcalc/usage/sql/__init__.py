"""SQL: the engine, and the statements that bring the rows of a source to the common columns of usage. Below: files, formats."""
