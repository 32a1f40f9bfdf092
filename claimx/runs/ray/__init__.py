"""Many articles on a Ray cluster: the same pipeline in workers on its machines, store and limits on this one."""

from claimx.runs.ray.driver import extract_on_ray

__all__ = ["extract_on_ray"]
