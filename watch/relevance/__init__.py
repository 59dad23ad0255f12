"""What the team's decisions teach: which news are likely to be kept.

`words` says what a piece of news is known by, `evidence` counts it among what was kept and dropped,
`folding` chooses below which evidence news are folded, `learner` does all three in memory, and
`judge` keeps it up to date with the tables. How it was chosen, and what it is worth, is in
docs/benchmarks.md, « Relevance ».
"""
