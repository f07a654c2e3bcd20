"""PrestaShop: a shop that is polled."""
