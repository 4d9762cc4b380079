"""The demonstration's spaces: invented hosts, guests and companies, and what they agreed on."""
