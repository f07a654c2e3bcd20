"""What looks after the hub: the command line, deployment, the embedded cloud, the demo, benchmarks and stand-ins."""
