"""What the family gives and what is kept: values, errors, the store, the vault, media, importers, the samples."""
