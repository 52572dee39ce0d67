"""Files: what an argument names becomes sources: archives, databases, addresses, streams, each with its header. Below: formats."""
