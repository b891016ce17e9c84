"""What runs beside the application in its container."""
