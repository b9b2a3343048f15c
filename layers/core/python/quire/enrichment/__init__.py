"""What can be read in a file: its kind, its text, a small picture of it.

:func:`~quire.enrichment.read_file.read_file` starts a child process (:mod:`~quire.enrichment.child`) with little memory
and little time (:mod:`~quire.enrichment.confine`); there the kind is found by content
(:mod:`~quire.enrichment.detect`) and one of the :mod:`~quire.enrichment.readers` reads it.
"""
