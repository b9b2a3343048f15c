"""What a person asks: the query language (``grammar.lark``, :mod:`.reading`), what it means (:mod:`.meaning`), and how
it is put to the engine (:mod:`.compiling`) or decided without one (:mod:`.matching`)."""

from quire.search.query.filters import Filters
from quire.search.query.question import COUNTED_UP_TO, Question, Sort, in_time, sorting, within

__all__ = ["COUNTED_UP_TO", "Filters", "Question", "Sort", "in_time", "sorting", "within"]
