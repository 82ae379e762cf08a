"""Simulation: sample orders, signed exactly as Wix signs them."""
