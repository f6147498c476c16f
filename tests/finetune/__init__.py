"""Tests of the fine-tuning pipeline."""
