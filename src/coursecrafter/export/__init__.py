"""A finished course leaves: names, folders and the page that shows everything."""
