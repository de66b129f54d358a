"""What is true of one API alone; every API has a package of its own, and needs none."""
