"""The parts of `index.read`: from a page's bytes to its title, date and stories."""
