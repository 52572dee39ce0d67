"""The command line: one file a command. A command is parse, call, render, exit."""
