"""What runs: one thin module per Lambda function, and the rooms behind them."""
