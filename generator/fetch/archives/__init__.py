"""The past of an owner: archives that networks hand out, and files of JSON Lines."""
