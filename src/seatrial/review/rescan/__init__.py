"""The rescan: old transcripts and journals searched when a new detector arrives."""
