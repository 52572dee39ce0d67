"""Cluster: the same counting, run by Spark where the files are. Below: counting and all that it may import."""
