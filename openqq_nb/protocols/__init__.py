"""The protocols, one folder each; `registry` finds them."""
