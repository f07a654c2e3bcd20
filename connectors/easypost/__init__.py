"""EasyPost: labels and tracking of many carriers through one account."""
