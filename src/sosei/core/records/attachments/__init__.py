"""Files that belong to a record: received, examined, stored and shown only to those who may see them."""
