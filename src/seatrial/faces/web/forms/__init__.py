"""Forms: what people type becomes a command's record, or a message beside the field."""
