"""Topics of readings: which are on, and what is stored of them."""
