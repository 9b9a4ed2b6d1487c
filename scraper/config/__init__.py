"""Source files and app settings: loaded, layered, validated."""
