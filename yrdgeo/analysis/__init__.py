"""Measures: tables and travel times in, tables out; nothing is read and nothing is drawn."""
