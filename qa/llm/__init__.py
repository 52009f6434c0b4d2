"""What a language model may add to an answer, if one is named; off by default."""
