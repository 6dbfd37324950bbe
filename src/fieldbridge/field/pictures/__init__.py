"""Product pictures: where they lie, what they hold, and the catalogue they go to."""
