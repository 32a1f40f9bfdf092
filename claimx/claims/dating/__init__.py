"""From a date expression in an article to an ISO 8601 date: `resolve_date`, and `find_dates` to find the expressions."""

from claimx.claims.dating.resolving import find_dates, resolve_date
from claimx.claims.dating.setting import Resolution

__all__ = ["Resolution", "find_dates", "resolve_date"]
