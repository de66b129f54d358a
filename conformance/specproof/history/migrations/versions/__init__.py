"""One file per revision of the schema; a file that was released is never changed."""
