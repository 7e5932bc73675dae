"""For people who come from the BAT files."""
