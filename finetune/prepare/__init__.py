"""From recipes as they are found to chat examples that a model is trained on."""
