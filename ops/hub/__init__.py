"""A hub and where it runs: the embedded cloud, AWS, deploying, packaging, connecting."""
