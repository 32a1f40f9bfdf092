"""Find the date expressions of a text (`find_dates`) and turn one into an ISO 8601 date (`resolve_date`)."""

from claimx.claims.dating.resolving import find_dates, resolve_date
from claimx.claims.dating.setting import Resolution

__all__ = ["Resolution", "find_dates", "resolve_date"]
