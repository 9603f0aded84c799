"""From messages to words: which text is read, how it is cut, what is left out, and how much of each there is."""
