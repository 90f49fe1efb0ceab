"""Double labelling: two people label the same questions blind, agreement is computed, disagreements are settled."""
