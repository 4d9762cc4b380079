"""A month of a town's bookings and money, lived through quickly while processes are killed and the database crashes."""
