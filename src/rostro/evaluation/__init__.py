"""Protocols, score tables, operating points and reports: how good is it, on these photos?"""
