"""What travels: facts and bus events."""
