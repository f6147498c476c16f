"""From a trained PEFT adapter to the GGUF files that llama.cpp serves."""
