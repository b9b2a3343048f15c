"""Any other system: signed JSON deliveries of events in Quire's own, published shape."""
