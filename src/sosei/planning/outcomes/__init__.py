"""What programmes achieved: facts, their way into KPIs, and the levers of the projection."""
