"""The page that shows all there is, and finds faces and photos again."""
