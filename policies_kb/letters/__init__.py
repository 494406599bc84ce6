"""Letters by which a person exercises a right: read from `letters.yml`, composed, set as text and as PDF."""
