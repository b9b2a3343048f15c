"""Canonical bytes, leaves, Merkle trees and proofs. Pure: what an auditor's verifier runs is this code."""
