"""The parts of `index.embed`: tokens → states → one vector a passage and one a sentence."""
