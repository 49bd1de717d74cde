"""The solid viewport: camera, shaders and the widget that shows them."""
