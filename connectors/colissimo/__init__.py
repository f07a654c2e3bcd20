"""La Poste: tracking of Colissimo parcels, registered letters and Chronopost shipments."""
