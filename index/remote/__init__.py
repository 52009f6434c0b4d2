"""An index on a Milvus server: pushed there from a folder, asked there with the same answers."""
