"""Results → files that people open; words, classes and colours, no numbers of its own."""
