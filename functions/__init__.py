"""What runs: one thin module per Lambda function."""
