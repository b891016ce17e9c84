"""Large imports from CSV and XLSX: read, check row by row, COPY a batch, match by join, upsert, checkpoint.

``users`` is the lowest app that imports; ``events`` and ``relations`` add their kinds (an ``ImportKind`` each).
"""
