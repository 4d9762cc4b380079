"""What is owed, paid, refunded, paid out and invoiced, in whole yen, through replaceable gateways."""
