"""Which photos a stack is made of: lists, folders, names, as people write them."""
