"""Two web servers side by side: the product, and the least that could answer the same."""
