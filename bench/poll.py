"""Reading many sources: `python -m bench.poll`.

Each source has fifty entries. They are read through the watch (fetch, parse, understand, decide,
store) from a server in another process: a first time, then unchanged with a server that answers
304, then unchanged with one that sends the same body again. Beside the first pass, the time that
feedparser alone takes, in one process, for the same bodies.

The last line is one JSON object. `first_per_s`: sources a second in the first pass. Costs, less
being better: `first_vs_parse`, the first pass over feedparser alone; `not_modified_vs_first` and
`same_body_vs_first`, an unchanged pass over the first one. `peak_mb`: the most that the service
and its workers held. `loop_block_ms`: how long the event loop was held up at worst, in any pass.
"""

if __name__ == "__main__":  # nothing above: worker processes read this module when they start
    import asyncio

    from bench.common.arguments import Size, options
    from bench.common.polling import main

    SIZE = Size("sources", 200, 30, long=1000)
    asyncio.run(main(options("poll", "Reading many sources, beside feedparser.", SIZE)))
