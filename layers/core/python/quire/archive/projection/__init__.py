"""Sealed segments as Parquet files, for whoever counts and compares: never the evidence, always to be had again."""
