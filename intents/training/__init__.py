"""Trains the classifier: fine-tuned encoder, character n-gram head, calibration, model card.

The only place that needs torch (`pip install 'shouwen[train]'`); serving reads what it writes.
"""
