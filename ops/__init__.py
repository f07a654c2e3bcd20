"""Who looks after it: the command line, the embedded cloud, the stand-ins of the channels."""
