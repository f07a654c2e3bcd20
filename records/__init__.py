"""What is kept: the rules of Customer, Stock, Order, Shipment and Product, and the store they lie in."""
