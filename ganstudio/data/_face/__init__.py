"""How the cartoon faces are made: their attributes, and the drawing of each part."""
