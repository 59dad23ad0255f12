"""The ledger: nothing is sent except through a row written beforehand."""
