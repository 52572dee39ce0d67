"""Rating: a ledger times a pricebook. Every multiplication of money by quantity is here, and it is exact."""

from costcalc.rating.cuts import cuts_for
from costcalc.rating.model import Assumption, Charge, Rating, Unpriced
from costcalc.rating.rate import RatingOptions, rate

__all__ = ["Assumption", "Charge", "Rating", "RatingOptions", "Unpriced", "cuts_for", "rate"]
