"""Speed and memory, each beside a named peer measured in the same run."""
