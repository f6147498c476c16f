"""Sentences of cooks with the events that they report: made to train on, written by hand to judge by."""
