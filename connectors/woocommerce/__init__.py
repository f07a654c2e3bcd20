"""WooCommerce: a WordPress shop."""
