"""What follows from the entries of a journal, and can be made from them again at any time."""
