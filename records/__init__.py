"""What is kept: the rules of Customer, Stock, Order and Shipment, and their tables."""
