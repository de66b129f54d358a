"""The commands of ``specproof history``, one file each."""
