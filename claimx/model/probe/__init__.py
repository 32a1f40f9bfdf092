"""What an endpoint can do, tried out: which mode to ask in, how long a chunk may be, what is wrong with it."""

from claimx.model.probe.findings import Finding, Findings
from claimx.model.probe.identity import Place, look_around
from claimx.model.probe.probing import fit, probe
from claimx.model.probe.suiting import Cache, suit, user_cache

__all__ = ["Cache", "Finding", "Findings", "Place", "fit", "look_around", "probe", "suit", "user_cache"]
