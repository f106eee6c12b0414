"""The truth of indexes: what each reading is worth, and what happened to a meter."""
