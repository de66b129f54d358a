"""What a contract requires: documented operations and responses, promises in prose, pagination."""
